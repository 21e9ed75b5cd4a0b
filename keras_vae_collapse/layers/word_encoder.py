"""Bidirectional GRU encoder of words."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_rate
from keras_vae_collapse.layers.attention_pooling import AttentionPooling
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.gru import GRU


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class WordEncoder(keras.layers.Layer):
    """Reads a word in both directions and returns its two final states, concatenated.

    ```
    e_i = E[x_i]
    h   = [GRU_forward(e_1 .. e_n) ; GRU_backward(e_n .. e_1)]
    ```

    With `slots`, an `AttentionPooling` over the states of all positions takes their place, so that
    no state need hold all of a long word.

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: units of each direction; the output has twice as many.
        char_dim: size of the character embedding.
        dropout: rate of the dropout on the embedded characters, in [0, 1].
        slots: number of slots of the attention pooling; 0 for none.
        slot_dim: size of each slot.
        slot_spacing: distance of the slots' first places in characters, at least 0; see
            `AttentionPooling`.
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. A row needs at least
            one id that is not 0: the fused GPU kernel refuses an empty row.
        training: whether to drop.

    Output shape:
        `(batch, 2 * units)`, or `(batch, slots * slot_dim)` with slots.

    Raises:
        ValueError: a size is not a positive integer, or `dropout` lies outside [0, 1].

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import WordEncoder

    encoder = WordEncoder(vocabulary_size=10, units=8, char_dim=4)
    assert encoder(np.array([[4, 5, 3], [6, 3, 0]])).shape == (2, 16)
    ```
    """

    def __init__(
        self,
        vocabulary_size,
        units,
        char_dim=64,
        dropout=0.0,
        slots=0,
        slot_dim=64,
        slot_spacing=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.units = check_integer("units", units, low=1)
        self.char_dim = check_integer("char_dim", char_dim, low=1)
        self.dropout = check_rate("dropout", dropout)
        self.slots = check_integer("slots", slots, low=0)
        self.slot_dim = check_integer("slot_dim", slot_dim, low=1)
        self.slot_spacing = slot_spacing
        self.seed = seed
        self.embedding = keras.layers.Embedding(vocabulary_size, char_dim, name="characters")
        self.drop = Dropout(dropout, seed=seed, name="drop")
        self.forward = GRU(units, return_sequences=slots > 0, name="forward")
        # States of all positions are wanted in order, padding last: then rows are turned round.
        self.backward = GRU(
            units, return_sequences=slots > 0, go_backwards=slots == 0, name="backward"
        )
        self.pooling = (
            AttentionPooling(slots, slot_dim, slot_spacing, name="pooling") if slots else None
        )

    def build(self, input_shape):
        self.embedding.build(input_shape)
        embedded = (*input_shape, self.char_dim)
        self.drop.build(embedded)
        self.forward.build(embedded)
        self.backward.build(embedded)
        if self.pooling is not None:
            self.pooling.build((*input_shape, 2 * self.units))
        super().build(input_shape)

    def call(self, ids, training=None):
        mask = ops.not_equal(ids, 0)
        embedded = self.drop(self.embedding(ids), training=training)  # (batch, length, char_dim)
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
            "char_dim": self.char_dim,
            "dropout": self.dropout,
            "slots": self.slots,
            "slot_dim": self.slot_dim,
            "slot_spacing": self.slot_spacing,
            "seed": self.seed,
        }
