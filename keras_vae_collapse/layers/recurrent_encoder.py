"""Encoder of sequences by a recurrence, whichever it is."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.attention_pooling import AttentionPooling
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.dropout_rate import DropoutRate


class RecurrentEncoder(DropoutRate, keras.layers.Layer):
    """What recurrent encoders have in common; subclasses say which recurrence it is.

    Arguments, calls and shapes are those of `GRUEncoder`. A subclass defines `_recurrence`; one
    with `bidirectional` false reads from first to last alone.
    """

    bidirectional = True
    vocabulary_size, units, embedding_dim = Fixed(), Fixed(), Fixed()
    slots, slot_dim, slot_spacing, seed = Fixed(), Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        units: int,
        embedding_dim: int = 64,
        dropout: float = 0.0,
        slots: int = 0,
        slot_dim: int = 64,
        slot_spacing: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.units = check_integer("units", units, low=1)
        self.embedding_dim = check_integer("embedding_dim", embedding_dim, low=1)
        self.slots = check_integer("slots", slots, low=0)
        self.slot_dim = check_integer("slot_dim", slot_dim, low=1)
        self.slot_spacing = slot_spacing
        self.seed = seed
        policy = self.dtype_policy
        self.embedding = keras.layers.Embedding(
            vocabulary_size, embedding_dim, dtype=policy, name="embedding"
        )
        rate = check_rate("dropout", dropout)
        self.drop = Dropout(rate, seed=seed, dtype=policy, name="drop")
        self.forward = self._recurrence(return_sequences=slots > 0, dtype=policy, name="forward")
        self.backward = None
        if self.bidirectional:
            # With slots the states of all positions are wanted in order, padding last: then the
            # sequences are reversed instead, see `_pooled`.
            self.backward = self._recurrence(
                return_sequences=slots > 0,
                go_backwards=slots == 0,
                dtype=policy,
                name="backward",
            )
        self.pooling = None
        if slots:
            self.pooling = AttentionPooling(
                slots, slot_dim, slot_spacing, dtype=policy, name="pooling"
            )

    def _recurrence(self, **options):
        """A recurrent Keras layer of `units` units, with these further arguments."""
        raise NotImplementedError

    @property
    def _states_dim(self):
        return self.units * (1 + self.bidirectional)

    def build(self, input_shape):
        check_shape("ids", input_shape, "batch", "length")
        self.embedding.build(input_shape)
        embedded = (*input_shape, self.embedding_dim)
        self.drop.build(embedded)
        self.forward.build(embedded)
        if self.backward is not None:
            self.backward.build(embedded)
        if self.pooling is not None:
            self.pooling.build((*input_shape, self._states_dim))
        super().build(input_shape)

    def call(self, ids, training=None):
        mask = ops.not_equal(ids, 0)
        embedded = self.drop(self.embedding(ids), training=training)  # (batch, length, dim)
        return self.encode_embedded(embedded, mask, training)

    def encode_embedded(self, embedded, mask, training=None):
        """What `call` gives of ids, for embedded symbols.

        Args:
            embedded: `(batch, length, embedding_dim)`.
            mask: booleans `(batch, length)`, those that are seen, on the left.
            training: whether the model is being trained.
        """
        if self.pooling is not None:
            return self._pooled(embedded, mask, training)
        forward = self.forward(embedded, mask=mask, training=training)
        if self.backward is None:
            return forward
        backward = self.backward(embedded, mask=mask, training=training)
        return ops.concatenate([forward, backward], axis=-1)

    def _pooled(self, embedded, mask, training):
        lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        states = self.forward(embedded, mask=mask, training=training)
        if self.backward is not None:
            backward = self.backward(
                tf.reverse_sequence(embedded, lengths, seq_axis=1), mask=mask, training=training
            )
            backward = tf.reverse_sequence(backward, lengths, seq_axis=1)
            states = ops.concatenate([states, backward], axis=-1)
        slots = self.pooling(states, mask=mask)
        return ops.reshape(slots, (-1, self.slots * self.slot_dim))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.slots * self.slot_dim or self._states_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "embedding_dim": self.embedding_dim,
            "dropout": self.dropout,
            "slots": self.slots,
            "slot_dim": self.slot_dim,
            "slot_spacing": self.slot_spacing,
            "seed": self.seed,
        }
