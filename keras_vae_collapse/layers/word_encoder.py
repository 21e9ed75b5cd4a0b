"""Bidirectional GRU encoder of words."""

import keras
from keras import ops

from keras_vae_collapse._checks import check_integer, check_rate
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.gru import GRU


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class WordEncoder(keras.layers.Layer):
    """Reads a word in both directions and returns its two final states, concatenated.

    ```
    e_i = E[x_i]
    h   = [GRU_forward(e_1 .. e_n) ; GRU_backward(e_n .. e_1)]
    ```

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: units of each direction; the output has twice as many.
        char_dim: size of the character embedding.
        dropout: rate of the dropout on the embedded characters, in [0, 1].
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. A row needs at least
            one id that is not 0: the fused GPU kernel refuses an empty row.
        training: whether to drop.

    Output shape:
        `(batch, 2 * units)`.

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

    def __init__(self, vocabulary_size, units, char_dim=64, dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.units = check_integer("units", units, low=1)
        self.char_dim = check_integer("char_dim", char_dim, low=1)
        self.dropout = check_rate("dropout", dropout)
        self.seed = seed
        self.embedding = keras.layers.Embedding(vocabulary_size, char_dim, name="characters")
        self.drop = Dropout(dropout, seed=seed, name="drop")
        self.forward = GRU(units, name="forward")
        self.backward = GRU(units, go_backwards=True, name="backward")

    def build(self, input_shape):
        self.embedding.build(input_shape)
        embedded = (*input_shape, self.char_dim)
        self.drop.build(embedded)
        self.forward.build(embedded)
        self.backward.build(embedded)
        super().build(input_shape)

    def call(self, ids, training=None):
        mask = ops.not_equal(ids, 0)
        embedded = self.drop(self.embedding(ids), training=training)  # (batch, length, char_dim)
        return ops.concatenate(
            [
                self.forward(embedded, mask=mask, training=training),
                self.backward(embedded, mask=mask, training=training),
            ],
            axis=-1,
        )

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "char_dim": self.char_dim,
            "dropout": self.dropout,
            "seed": self.seed,
        }
