"""From the latent vector and the target features to the logits of the inflected word."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.layers import (
    AlignedGRUDecoder,
    Dropout,
    FeatureAttention,
    GRUDecoder,
    HistorylessGRUDecoder,
    LatentAttention,
)
from keras_vae_collapse.tasks.reinflection.vocabulary import EOS, SOS, UNK


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class InflectionDecoder(keras.layers.Layer):
    """Decoder `p(x_t | z, y)` of a reinflection VAE.

    The condition `c = [z ; sum of the embeddings of the active features]` reaches the
    recurrence at every step. Each state attends over the active features; the context it
    finds joins the state in front of the output layer:

    ```
    h_1 .. h_T = recurrence(c, history)
    a_t        = attention(h_t, features)
    p(x_t = k) = softmax(W [h_t ; a_t] + b)_k
    ```

    With `latent_slots`, each state also looks up what it needs of `z` by a `LatentAttention`,
    whose context joins the other two. An autoregressive recurrence is then an
    `AlignedGRUDecoder`: in place of all of `z` it sees, step by step, the slot it has come to.

    Args:
        vocabulary_size: number of symbols.
        units: units of the recurrence.
        char_dim: size of the embedding of the history.
        feature_dim: size of the feature embedding and of the attention.
        kind: `"autoregressive"` (a GRU fed with the word so far), `"historyless"` (a GRU
            that runs on the condition alone, every character predicted from its own state)
            or `"historyless_bidirectional"` (the same with forward and backward states).
        history_dropout: a layer that maps ids to ids (`CharDropout`, `ContiguousDropout`),
            or `None`. With a `rate` of 1 no history is left to learn from, so it is hidden
            when decoding as well (historyless decoding, form 1).
        embedding_dropout: an `EmbeddingDropout` for the embedded history, or `None`.
        dropout: rate of the dropout in front of the output layer.
        auxiliary_state_cost: an `AuxiliaryStateCost`, or `None`.
        max_length: steps, end symbol included, that bidirectional states always run over, so
            that the backward ones begin at the same place in training and in decoding. A longer
            target lengthens them. The other kinds need none.
        latent_slots: number of slots that `z` is cut into for states to attend to, mapped to
            size `char_dim` each; 0 for none.
        slot_spacing: distance of the slots' first places in characters; see `LatentAttention`.
        seed: seed of the dropout.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.
        features: binary target features `(batch, M)`.
        target: ids of the inflected word `(batch, length)`, end symbol included.

    Output shape:
        Logits `(batch, length, vocabulary_size)`.

    Raises:
        ValueError: a size is not a positive integer, `kind` is none of the three, or
            `slot_spacing` is negative.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.models import InflectionDecoder

    decoder = InflectionDecoder(vocabulary_size=9, units=8, char_dim=4, feature_dim=4)
    z, features = np.zeros((2, 3), "float32"), np.ones((2, 5), "float32")
    logits = decoder(z, features, np.array([[4, 5, 3], [6, 3, 0]]))
    assert logits.shape == (2, 3, 9)
    ```
    """

    def __init__(
        self,
        vocabulary_size,
        units,
        char_dim=64,
        feature_dim=64,
        kind="autoregressive",
        history_dropout=None,
        embedding_dropout=None,
        dropout=0.0,
        auxiliary_state_cost=None,
        max_length=64,
        latent_slots=0,
        slot_spacing=1.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.units = check_integer("units", units, low=1)
        self.char_dim = check_integer("char_dim", char_dim, low=1)
        self.feature_dim = check_integer("feature_dim", feature_dim, low=1)
        self.kind = check_choice(
            "kind", kind, ("autoregressive", "historyless", "historyless_bidirectional")
        )
        self.history_dropout = history_dropout
        self.embedding_dropout = embedding_dropout
        self.dropout = dropout
        self.auxiliary_state_cost = auxiliary_state_cost
        self.max_length = check_integer("max_length", max_length, low=1)
        self.latent_slots = check_integer("latent_slots", latent_slots, low=0)
        self.slot_spacing = slot_spacing
        self.seed = seed
        self.autoregressive = kind == "autoregressive"
        self.feature_embedding = keras.layers.Dense(feature_dim, use_bias=False, name="features")
        self.attention = FeatureAttention(feature_dim, name="attention")
        self.latent_attention = (
            LatentAttention(latent_slots, char_dim, slot_spacing, name="latent_attention")
            if latent_slots
            else None
        )
        self.drop = Dropout(dropout, seed=seed, name="drop")
        self.output_layer = keras.layers.Dense(vocabulary_size, dtype="float32", name="logits")
        if self.autoregressive or auxiliary_state_cost is not None:
            self.embedding = keras.layers.Embedding(vocabulary_size, char_dim, name="history")
        self.aligned = self.autoregressive and latent_slots > 0
        if self.aligned:
            self.recurrence = AlignedGRUDecoder(units, latent_slots, name="recurrence")
        elif self.autoregressive:
            self.recurrence = GRUDecoder(units, name="recurrence")
        else:
            self.recurrence = HistorylessGRUDecoder(
                units, bidirectional=kind == "historyless_bidirectional", name="recurrence"
            )

    @property
    def hides_history(self):
        """Whether the decoder never sees the word so far, in training or after."""
        return not self.autoregressive or getattr(self.history_dropout, "rate", 0.0) == 1.0

    def build(self, z_shape, features_shape, target_shape):
        z_dim = 0 if self.aligned else z_shape[-1]
        condition_shape = (z_shape[0], z_dim + self.feature_dim)
        self.feature_embedding.build(features_shape)
        if hasattr(self, "embedding"):
            self.embedding.build(target_shape)
        if self.autoregressive:
            history_shape = (*target_shape, self.char_dim)
            memory_shape = (z_shape[0], self.latent_slots, self.char_dim)
            slots = (memory_shape,) if self.aligned else ()
            self.recurrence.build(condition_shape, history_shape, *slots)
            state_dim = self.units
        else:
            self.recurrence.build(condition_shape)
            state_dim = self.recurrence.compute_output_shape(condition_shape)[-1]
        states_shape = (*target_shape, state_dim)
        self.attention.build(features_shape, states_shape)
        output_dim = state_dim + self.feature_dim
        if self.latent_attention is not None:
            self.latent_attention.build(z_shape, states_shape)
            output_dim += self.char_dim
        output_shape = (*target_shape, output_dim)
        self.drop.build(output_shape)
        self.output_layer.build(output_shape)
        embedded_shape = (*target_shape, self.char_dim)
        given = (
            (self.history_dropout, (target_shape,)),
            (self.embedding_dropout, (embedded_shape,)),
            (self.auxiliary_state_cost, (z_shape, states_shape, embedded_shape)),
        )
        for part, shapes in given:
            # A part that comes from a saved configuration has been built already.
            if part is not None and not part.built:
                part.build(*shapes)
        super().build((z_shape, features_shape, target_shape))

    def condition(self, z, features):
        """`[z ; feature embedding]`, or the latter alone where `z` is read by its slots."""
        if self.aligned:
            return self.feature_embedding(features)
        z = ops.cast(z, self.compute_dtype)
        return ops.concatenate([z, self.feature_embedding(features)], axis=-1)

    def _history(self, target, training):
        """The ids the decoder sees in front of each position, dropped out in training."""
        start = ops.full_like(target[:, :1], SOS)
        history = ops.concatenate([start, target[:, :-1]], axis=1)
        if self.history_dropout is not None:
            history = self.history_dropout(history, training=training or self.hides_history)
        return history

    def _states(self, condition, memory, target, training):
        if not self.autoregressive:
            return self._historyless_states(condition, ops.shape(target)[1])
        history = self._history(target, training)
        embedded = self.embedding(history)
        if self.embedding_dropout is not None:
            embedded = self.embedding_dropout(embedded, ids=history, training=training)
        slots = (memory,) if self.aligned else ()
        return self.recurrence(condition, embedded, *slots, training=training)

    def _historyless_states(self, condition, length):
        steps = length
        if self.kind == "historyless_bidirectional":
            steps = tf.maximum(length, self.max_length)
        return self.recurrence(condition, length=steps)[:, :length]

    def _memory(self, z):
        """The slots of `z`, or `None`."""
        return None if self.latent_attention is None else self.latent_attention.memory(z)

    def _logits(self, states, features, memory, training=None, start=0):
        """Logits of states `(batch, length, units)`, the first of them that of step `start`."""
        found = [self.attention(features, states)]
        if memory is not None:
            found.append(self.latent_attention.attend(memory, states, start))
        joined = ops.concatenate([states, *(ops.cast(c, states.dtype) for c in found)], axis=-1)
        return self.output_layer(self.drop(joined, training=training))

    def call(self, z, features, target, training=None):
        memory = self._memory(z)
        states = self._states(self.condition(z, features), memory, target, training)
        if self.auxiliary_state_cost is not None:
            self.auxiliary_state_cost(
                z, states, self.embedding(target), ids=target, mask=ops.not_equal(target, 0)
            )
        return self._logits(states, features, memory, training)

    def stepper(self, z, features, max_length):
        """What `decoding` needs: the first state and a function from one step to the next.

        Returns:
            `(state, step)` with `step(t, previous_ids, state) -> (logits, state)`; `state` is
            a tensor with the batch in front, all that a beam must carry along.
        """
        condition, memory = self.condition(z, features), self._memory(z)
        if not self.autoregressive:
            states = self._historyless_states(condition, max_length)
            logits = self._logits(states, features, memory)

            def step(t, previous, state):
                # Beams are neighbours: row i of the batch holds the logits of beams i*w..i*w+w-1.
                width = tf.shape(previous)[0] // tf.maximum(1, tf.shape(logits)[0])
                return tf.repeat(logits[:, t], width, axis=0), state

            return tf.zeros((tf.shape(z)[0], 0)), step

        def step(t, previous, state):
            width = tf.shape(previous)[0] // tf.maximum(1, tf.shape(z)[0])
            if self.hides_history:
                # The start symbol is never dropped, so it is seen at the first position.
                previous = tf.where(t == 0, previous, tf.fill(tf.shape(previous), UNK))
            embedded = self.embedding(previous)
            slots = None if memory is None else tf.repeat(memory, width, axis=0)
            read = (slots,) if self.aligned else ()
            wide = tf.repeat(condition, width, axis=0)
            state = self.recurrence.step(wide, embedded, *read, state)
            given = tf.repeat(features, width, axis=0)
            logits = self._logits(state[:, None, : self.units], given, slots, start=t)
            return logits[:, 0], state

        return self.recurrence.initial_state(condition), step

    def compute_output_shape(self, z_shape, features_shape, target_shape):
        return (*target_shape, self.vocabulary_size)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "char_dim": self.char_dim,
            "feature_dim": self.feature_dim,
            "kind": self.kind,
            "history_dropout": serialize(self.history_dropout),
            "embedding_dropout": serialize(self.embedding_dropout),
            "dropout": self.dropout,
            "auxiliary_state_cost": serialize(self.auxiliary_state_cost),
            "max_length": self.max_length,
            "latent_slots": self.latent_slots,
            "slot_spacing": self.slot_spacing,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for part in ("history_dropout", "embedding_dropout", "auxiliary_state_cost"):
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


def never_emitted(vocabulary_size):
    """Logit offsets that keep padding, the unknown and the start symbol out of any word."""
    banned = [index != EOS and index < EOS for index in range(vocabulary_size)]
    return tf.where(tf.constant(banned), tf.float32.min / 2, 0.0)
