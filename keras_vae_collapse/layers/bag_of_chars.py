"""Bag of the symbols of a sequence."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.special_ids import EOS, PAD, SOS, UNK
from keras_vae_collapse.layers.checks import check_id_list, check_tensor

SPECIAL_IDS = (PAD, UNK, SOS, EOS)


def check_ignore_ids(ignore_ids, vocabulary_size):
    """Returns `ignore_ids` as a tuple of ids, or raises `ValueError`."""
    ignore_ids = check_id_list("ignore_ids", ignore_ids)
    if set(range(vocabulary_size)) <= set(ignore_ids):
        raise ValueError(
            f"`ignore_ids` must leave an id below vocabulary_size={vocabulary_size} to count. "
            f"Received: ignore_ids={ignore_ids!r}"
        )
    return ignore_ids


def count_ids(ids, vocabulary_size, ignore_ids, mask=None):
    """How often each id occurs in each sequence, float32 `(batch, vocabulary_size)`."""
    counted = (ids >= 0) & (ids < vocabulary_size)
    for ignored in ignore_ids:
        counted &= ids != ignored
    if mask is not None:
        counted &= mask
    return tf.math.bincount(
        tf.cast(tf.where(counted, ids, 0), tf.int32),
        weights=tf.cast(counted, tf.float32),
        minlength=vocabulary_size,
        maxlength=vocabulary_size,
        axis=-1,
    )


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class BagOfChars(keras.layers.Layer):
    """Which symbols occur in a sequence, or how often.

    ```
    n_v = number of positions i with x_i = v          mode="counts"
    y_v = 1 if n_v > 0, else 0                        mode="presence"
    ```

    Joined to the encoder's output before the latent layer it gives the latent the symbols of
    the sequence from the first training step on (compare Pagliardini et al. 2017,
    arXiv:1703.02507); `BagOfCharsHead` asks for them back.

    Args:
        vocabulary_size: number of symbols, a positive integer.
        mode: `"presence"` or `"counts"`.
        ignore_ids: ids that do not count, by default padding, unknown, start and end. Their
            columns stay, and are 0.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        inputs: integer ids `(batch, length)`; ids outside the vocabulary do not count.
        mask: boolean `(batch, length)`, false at positions that do not count.

    Output shape:
        `(batch, vocabulary_size)`, of the layer's compute type.

    Raises:
        ValueError: an argument lies outside its range, or the inputs are not integers of
            rank 2.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import BagOfChars

    ids = np.array([[5, 4, 5, 3, 0]])
    assert BagOfChars(6)(ids).numpy().tolist() == [[0, 0, 0, 0, 1, 1]]
    assert BagOfChars(6, mode="counts")(ids).numpy().tolist() == [[0, 0, 0, 0, 1, 2]]
    ```
    """

    vocabulary_size, mode, ignore_ids = Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        mode: str = "presence",
        ignore_ids: Sequence[int] = SPECIAL_IDS,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=1)
        self.mode = check_choice("mode", mode, ("presence", "counts"))
        self.ignore_ids = check_ignore_ids(ignore_ids, self.vocabulary_size)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        check_tensor("inputs", inputs, "int", "batch", "length")
        counts = count_ids(inputs, self.vocabulary_size, self.ignore_ids, mask)
        return tf.cast(counts > 0 if self.mode == "presence" else counts, self.compute_dtype)

    def compute_mask(self, inputs, previous_mask):
        return None  # one vector a sequence: no positions are left to mask

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.vocabulary_size)

    def compute_output_spec(self, inputs, mask=None):
        check_tensor("inputs", inputs, "int", "batch", "length")
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "mode": self.mode,
            "ignore_ids": list(self.ignore_ids),
        }
