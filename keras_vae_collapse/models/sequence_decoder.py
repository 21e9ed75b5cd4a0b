"""From the latent vector, and a condition if there is one, to the logits of a sequence."""

import inspect

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.parts import find_class, is_part, make_part
from keras_vae_collapse.core.special_ids import PAD, SOS
from keras_vae_collapse.layers import ConditionAttention, Dropout
from keras_vae_collapse.layers.checks import check_layer
from keras_vae_collapse.layers.dropout_rate import DropoutRate
from keras_vae_collapse.models.build_once import build_once


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class SequenceDecoder(DropoutRate, keras.layers.Layer):
    """Decoder `p(x | z, y)` of a sequence VAE, around a recurrence of your choice.

    `c = [z ; sum of the embeddings of the active entries of y]` reaches the recurrence at every
    step. Each state attends over the active entries; the context it finds joins the state before
    the output layer:

    ```
    h_1 .. h_T = recurrence(c, history)
    a_t        = attention(h_t, y)
    p(x_t = k) = softmax(W [h_t ; a_t] + b)_k
    ```

    Without a condition `c = z`, and there is no `a_t`. With a `latent_attention` each state also
    looks up what it needs of `z`, and what it finds joins the others. A recurrence that takes a
    `memory` (`AlignedGRUDecoder`) reads the same slots in place of all of `z`. With a `latent_skip`
    `z` joins each state before all this.

    A recurrence with a method `step` is autoregressive: it sees the symbols before each position.
    One without (`HistorylessGRUDecoder`) runs on `c` alone.

    Args:
        vocabulary_size: number of symbols, at least 2.
        recurrence: `GRUDecoder`, `AlignedGRUDecoder`, `HistorylessGRUDecoder`, `LSTMDecoder`,
            `TransformerDecoder` or a layer with their methods; or its configuration,
            `{"class": "GRUDecoder", "units": 192}`.
        embedding_dim: size of the embedded symbols of the history.
        condition_dim: size of the embedded condition and of the attention over it; 0 for a
            decoder without a condition.
        latent_attention: a `LatentAttention`, its configuration, or `None`.
        history_dropout: a layer that maps ids to ids (`CharDropout`, `ContiguousDropout`), or
            `None`. One that `hides_all` leaves no history to learn from, as `CharDropout` with a
            rate of 1, so it is hidden when decoding as well (historyless decoding by the input).
        embedding_dropout: an `EmbeddingDropout` for the embedded history, or `None`.
        dropout: rate of the dropout before the output layer.
        auxiliary_state_cost: an `AuxiliaryStateCost`, or `None`.
        latent_skip: a `LatentSkip` or a layer with its methods, or `None`.
        max_length: steps, end symbol included, that a recurrence without history always runs
            over at least, so that backward states begin at the same position in training and in
            decoding.
        seed: seed of the dropout.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.
        condition: binary `(batch, M)`, or `None` for a decoder without.
        target: ids of the sequence `(batch, length)`, end symbol included.

    Output shape:
        Logits `(batch, length, vocabulary_size)`.

    Raises:
        ValueError: a size is out of range, or a part is no layer.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUDecoder
    from keras_vae_collapse.models import SequenceDecoder

    decoder = SequenceDecoder(vocabulary_size=9, recurrence=GRUDecoder(8), condition_dim=4)
    z, condition = np.zeros((2, 3), "float32"), np.ones((2, 5), "float32")
    logits = decoder(z, condition, np.array([[4, 5, 3], [6, 3, 0]]))
    assert logits.shape == (2, 3, 9)
    ```
    """

    vocabulary_size, embedding_dim, condition_dim, seed = Fixed(), Fixed(), Fixed(), Fixed()
    recurrence, latent_attention, auxiliary_state_cost = Fixed(), Fixed(), Fixed()
    history_dropout, embedding_dropout, latent_skip = Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        recurrence,
        embedding_dim: int = 64,
        condition_dim: int = 0,
        latent_attention=None,
        history_dropout=None,
        embedding_dropout=None,
        dropout: float = 0.0,
        auxiliary_state_cost=None,
        max_length: int = 1,
        seed: int | None = None,
        latent_skip=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.embedding_dim = check_integer("embedding_dim", embedding_dim, low=1)
        self.condition_dim = check_integer("condition_dim", condition_dim, low=0)
        self.history_dropout = check_layer("history_dropout", history_dropout)
        self.embedding_dropout = check_layer("embedding_dropout", embedding_dropout)
        self.auxiliary_state_cost = check_layer("auxiliary_state_cost", auxiliary_state_cost)
        self.latent_skip = check_layer("latent_skip", latent_skip)
        self.max_length = check_integer("max_length", max_length, low=1)
        self.seed = seed
        # Initial weights follow the order in which parts are made: a part that comes as a
        # configuration is made at its place here.
        policy = self.dtype_policy
        if condition_dim:
            self.condition_embedding = keras.layers.Dense(
                condition_dim, use_bias=False, dtype=policy, name="condition_embedding"
            )
            # Gradients of one tensor are summed in the order of such names: a new one would change
            # the last digits of trainings with an auxiliary state cost.
            self.condition_attention = ConditionAttention(
                condition_dim, dtype=policy, name="attention"
            )
        self.latent_attention = _as_layer("latent_attention", latent_attention)
        rate = check_rate("dropout", dropout)
        self.drop = Dropout(rate, seed=seed, dtype=policy, name="drop")
        self.output_layer = keras.layers.Dense(vocabulary_size, dtype="float32", name="logits")
        cls = type(recurrence)
        if is_part(recurrence):
            cls = find_class(recurrence["class"], ("layers",), "recurrence")
        self.autoregressive = hasattr(cls, "step")
        if self.autoregressive or auxiliary_state_cost is not None:
            self.embedding = keras.layers.Embedding(
                vocabulary_size, embedding_dim, dtype=policy, name="history"
            )
        self.recurrence = _as_layer("recurrence", recurrence)
        self.reads_memory = "memory" in inspect.signature(self.recurrence.call).parameters

    @property
    def hides_history(self):
        """Whether the decoder never sees the symbols before a position, in training or after."""
        dropout = self.history_dropout
        return not self.autoregressive or (
            getattr(dropout, "hides_all", False) and not getattr(dropout, "keeps_symbols", True)
        )

    # Without a condition Keras names the other shapes alone.
    def build(self, z_shape, condition_shape=None, target_shape=None):
        given = [] if self.reads_memory and self.condition_dim else [z_shape[-1]]
        output_dim = 0
        if self.condition_dim:
            self.condition_embedding.build(condition_shape)
            given.append(self.condition_dim)
            output_dim += self.condition_dim
        given_shape = (z_shape[0], sum(given))
        embedded_shape = (*target_shape, self.embedding_dim)
        if hasattr(self, "embedding"):
            self.embedding.build(target_shape)
        if self.autoregressive:
            memory_shape = self._memory_shape(z_shape)
            build_once(self.recurrence, given_shape, embedded_shape, *memory_shape)
            shapes = (given_shape, embedded_shape, *memory_shape)
            state_dim = self.recurrence.compute_output_shape(*shapes)[-1]
        else:
            build_once(self.recurrence, given_shape)
            state_dim = self.recurrence.compute_output_shape(given_shape)[-1]
        states_shape = (*target_shape, state_dim)
        auxiliary_shape = states_shape
        if self.latent_skip is not None:
            build_once(self.latent_skip, states_shape, z_shape)
            states_shape = self.latent_skip.compute_output_shape(states_shape, z_shape)
            state_dim = states_shape[-1]
        if self.condition_dim:
            self.condition_attention.build(condition_shape, states_shape)
        if self.latent_attention is not None:
            build_once(self.latent_attention, z_shape, states_shape)
            output_dim += self.latent_attention.units
        output_shape = (*target_shape, state_dim + output_dim)
        self.drop.build(output_shape)
        self.output_layer.build(output_shape)
        build_once(self.history_dropout, target_shape)
        build_once(self.embedding_dropout, embedded_shape)
        build_once(self.auxiliary_state_cost, z_shape, auxiliary_shape, embedded_shape)
        super().build((z_shape, condition_shape, target_shape))

    def _memory_shape(self, z_shape):
        if not self.reads_memory:
            return ()
        if self.latent_attention is None:
            raise ValueError(
                f"{type(self.recurrence).__name__} reads slots of z: `latent_attention` must not "
                "be None"
            )
        return ((z_shape[0], self.latent_attention.slots, self.latent_attention.units),)

    def prepare(self, z, condition):
        """What no step changes: a dictionary of tensors, the batch first."""
        prepared = {}
        if self.condition_dim:
            prepared["condition"] = condition
        if self.latent_attention is not None:
            prepared["memory"] = self.latent_attention.memory(z)
        if self.latent_skip is not None:
            prepared["skip"] = self.latent_skip.prepare(z)
        given = []
        if not (self.reads_memory and self.condition_dim):
            given.append(ops.cast(z, self.compute_dtype))
        if self.condition_dim:
            given.append(self.condition_embedding(condition))
        prepared["given"] = given[0] if len(given) == 1 else ops.concatenate(given, axis=-1)
        return prepared

    def _states(self, prepared, target, training):
        if not self.autoregressive:
            return self._run_historyless(prepared["given"], ops.shape(target)[1])
        start = ops.full_like(target[:, :1], SOS)
        history = ops.concatenate([start, target[:, :-1]], axis=1)
        history = self.seen(history, training)
        embedded = self.embedding(history)
        if self.embedding_dropout is not None:
            embedded = self.embedding_dropout(embedded, ids=history, training=training)
        return self.recurrence(
            prepared["given"], embedded, *self._memory(prepared), training=training
        )

    def seen(self, history, training):
        """What the recurrence sees of ids `(batch, length)`, in a sequence or at a step."""
        if self.history_dropout is None:
            return history
        if training or not hasattr(self.history_dropout, "hidden"):
            return self.history_dropout(history, training=training)
        return self.history_dropout.hidden(history)

    def _run_historyless(self, given, length):
        steps = length
        if getattr(self.recurrence, "bidirectional", False):
            steps = tf.maximum(length, self.max_length)
        return self.recurrence(given, length=steps)[:, :length]

    def _memory(self, prepared):
        return (prepared["memory"],) if self.reads_memory else ()

    def _logits(self, states, prepared, training=False):
        """Logits of states `(batch, length, units)`."""
        return self.output_layer(self._joined(states, prepared, training))

    def _joined(self, states, prepared, training=False):
        """What the output layer sees of states `(batch, length, units)`."""
        if self.latent_skip is not None:
            states = self.latent_skip.join(states, prepared["skip"])
        found = []
        if self.condition_dim:
            found.append(self.condition_attention(prepared["condition"], states))
        if self.latent_attention is not None:
            found.append(self.latent_attention.attend(prepared["memory"], states))
        joined = ops.concatenate([states, *(ops.cast(c, states.dtype) for c in found)], axis=-1)
        return self.drop(joined, training=training)

    def call(self, z, condition, target, training=None):
        prepared = self.prepare(z, condition)
        states = self._states(prepared, target, training)
        if self.auxiliary_state_cost is not None:
            self.auxiliary_state_cost(
                z, states, self.embedding(target), ids=target, mask=ops.not_equal(target, PAD)
            )
        return self._logits(states, prepared, training)

    def output_states(self, z, condition, target):
        """What the output layer makes its logits of, without dropout, `(batch, length, units)`."""
        prepared = self.prepare(z, condition)
        return self._joined(self._states(prepared, target, training=False), prepared)

    def historyless_states(self, z, condition, length):
        """`output_states` of a decoder that hides its history, for sequences of a length."""
        # Any symbol does that a dropout of the history hides.
        target = tf.fill([tf.shape(z)[0], length], self.vocabulary_size - 1)
        return self.output_states(z, condition, target)

    def historyless_logits(self, z, condition, length):
        """Logits `(batch, length, vocabulary)` of a decoder that hides its history."""
        return self.output_layer(self.historyless_states(z, condition, length))

    def compute_output_shape(self, z_shape, condition_shape, target_shape):
        return (*target_shape, self.vocabulary_size)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "condition_dim": self.condition_dim,
            "dropout": self.dropout,
            "max_length": self.max_length,
            "seed": self.seed,
            **{part: serialize(getattr(self, part)) for part in _PARTS},
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for part in _PARTS:
            config[part] = keras.saving.deserialize_keras_object(config.get(part))
        return cls(**config)


_PARTS = (
    "recurrence",
    "latent_attention",
    "history_dropout",
    "embedding_dropout",
    "auxiliary_state_cost",
    "latent_skip",
)


def _as_layer(field, value):
    if is_part(value):
        return make_part(field, value, ("layers",))
    return check_layer(field, value, optional=field != "recurrence")
