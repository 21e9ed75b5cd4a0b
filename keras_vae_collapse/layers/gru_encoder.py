"""Bidirectional GRU encoder of sequences."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.attention_pooling import AttentionPooling
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.gru import GRU


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GRUEncoder(keras.layers.Layer):
    """Reads a sequence in both directions and returns the two final states, concatenated.

    ```
    e_i = E[x_i]
    h   = [GRU_forward(e_1 .. e_n) ; GRU_backward(e_n .. e_1)]
    ```

    With `slots` the output is that of an `AttentionPooling` over the states of all positions, so
    that no single state has to hold a long sequence.

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: units of each direction; the output has twice as many.
        embedding_dim: size of the embedded symbols.
        dropout: rate of the dropout of the embedded symbols, in [0, 1].
        slots: number of slots of the attention pooling; 0 for none.
        slot_dim: size of each slot.
        slot_spacing: distance of the slots' initial positions, at least 0; see
            `AttentionPooling`.
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. A sequence needs at
            least one id that is not 0: the fused GPU kernel refuses an empty one.
        training: whether to drop.

    Output shape:
        `(batch, 2 * units)`, or `(batch, slots * slot_dim)` with slots.

    Raises:
        ValueError: a size is not a positive integer, `dropout` lies outside [0, 1], or the ids are
            not of rank 2.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUEncoder

    encoder = GRUEncoder(vocabulary_size=10, units=8, embedding_dim=4)
    assert encoder(np.array([[4, 5, 3], [6, 3, 0]])).shape == (2, 16)
    ```
    """

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
        self.forward = GRU(units, return_sequences=slots > 0, dtype=policy, name="forward")
        # With slots the states of all positions are wanted in order, padding last: then the
        # sequences are reversed instead, see `_pooled`.
        self.backward = GRU(
            units,
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

    @property
    def dropout(self):
        """Rate of the dropout; it can be assigned at any time."""
        return self.drop.rate

    @dropout.setter
    def dropout(self, rate):
        self.drop.rate = check_rate("dropout", rate)

    def build(self, input_shape):
        check_shape("ids", input_shape, "batch", "length")
        self.embedding.build(input_shape)
        embedded = (*input_shape, self.embedding_dim)
        self.drop.build(embedded)
        self.forward.build(embedded)
        self.backward.build(embedded)
        if self.pooling is not None:
            self.pooling.build((*input_shape, 2 * self.units))
        super().build(input_shape)

    def call(self, ids, training=None):
        mask = ops.not_equal(ids, 0)
        embedded = self.drop(self.embedding(ids), training=training)  # (batch, length, dim)
        if self.pooling is not None:
            return self._pooled(embedded, mask, training)
        return ops.concatenate(
            [
                self.forward(embedded, mask=mask, training=training),
                self.backward(embedded, mask=mask, training=training),
            ],
            axis=-1,
        )

    def _pooled(self, embedded, mask, training):
        lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        forward = self.forward(embedded, mask=mask, training=training)
        backward = self.backward(
            tf.reverse_sequence(embedded, lengths, seq_axis=1), mask=mask, training=training
        )
        states = ops.concatenate(
            [forward, tf.reverse_sequence(backward, lengths, seq_axis=1)], axis=-1
        )
        slots = self.pooling(states, mask=mask)
        return ops.reshape(slots, (-1, self.slots * self.slot_dim))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.slots * self.slot_dim or 2 * self.units)

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

    @classmethod
    def from_config(cls, config):
        # `char_dim` is the name in files of `WordEncoder`.
        config = {"embedding_dim" if k == "char_dim" else k: v for k, v in config.items()}
        return cls(**config)
