"""Attention pooling: a sequence of any length to a fixed number of slots."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.positions import position_vectors, spaced_positions


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class AttentionPooling(keras.layers.Layer):
    """Reads a sequence with learned queries, each of which attends over all of its positions.

    ```
    a_k = softmax over the positions i of q_k . h_i
    s_k = sum_i a_ki (V h_i + c)
    ```

    for the slots `k = 1 .. slots`, with a learned query `q_k` of the size of `h_i`. The last state
    of a recurrent encoder has to hold a whole sequence; a slot may take what it needs from any
    state, which helps with long sequences. The number of slots is fixed: what is read still has
    to pass through whatever comes after, such as a latent vector. The weights `a` are computed in
    float32 whatever the precision policy.

    With a `spacing`, slots also attend by position: `r_k . p(i)` is added to the scores, with the
    sinusoids `p` of `layers.positions` and a learned `r_k` that starts at `p(spacing k)`,
    `k = 0, 1, ...`. So before training each slot reads around a position of its own.

    (Seeds of Lee et al. 2019, arXiv:1810.00825, one head, without their feed-forward part.)

    Args:
        slots: number of queries, a positive integer.
        units: size of each slot, a positive integer.
        spacing: distance of the initial positions of neighbouring slots, at least 0; 0 for
            attention by content alone.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        sequence: `(batch, length, dim)`.
        mask: booleans `(batch, length)`, false where a position is not to be read. By default all
            are, and so they are in a sequence without any true one.

    Output shape:
        `(batch, slots, units)`.

    Raises:
        ValueError: `slots` or `units` is not a positive integer, `spacing` is negative, or
            `sequence` is not of rank 3.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import AttentionPooling

    pooling = AttentionPooling(slots=3, units=4)
    sequence, mask = np.ones((2, 5, 8)), np.array([[True] * 5, [True] * 2 + [False] * 3])
    assert pooling(sequence, mask=mask).shape == (2, 3, 4)
    ```
    """

    slots, units, spacing = Fixed(), Fixed(), Fixed()

    def __init__(self, slots: int, units: int, spacing: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.slots = check_integer("slots", slots, low=1)
        self.units = check_integer("units", units, low=1)
        self.spacing = check_number("spacing", spacing, low=0.0)
        self.values = keras.layers.Dense(self.units, dtype=self.dtype_policy, name="values")
        self.supports_masking = True

    def build(self, input_shape):
        check_shape("sequence", input_shape, "batch", "length", "dim")
        self.values.build(input_shape)
        self.queries = self.add_weight(
            name="queries", shape=(input_shape[-1], self.slots), initializer="glorot_uniform"
        )
        if self.spacing:
            self.positions = spaced_positions(self, "positions")
        super().build(input_shape)

    def call(self, sequence, mask=None):
        scores = ops.cast(ops.matmul(sequence, self.queries), "float32")  # (batch, length, slots)
        if self.spacing:
            positions = position_vectors(ops.arange(ops.shape(sequence)[1]))
            scores = scores + ops.matmul(positions, self.positions)
        if mask is not None:
            scores = ops.where(ops.cast(mask, "bool")[:, :, None], scores, -1e9)
        weights = ops.cast(ops.softmax(scores, axis=1), self.compute_dtype)
        return ops.matmul(ops.transpose(weights, (0, 2, 1)), self.values(sequence))

    def compute_mask(self, sequence, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.slots, self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "slots": self.slots,
            "units": self.units,
            "spacing": self.spacing,
        }
