"""Positions of a sequence as vectors, for attention that knows where it looks."""

from keras import ops

POSITION_DIM = 32


def position_vectors(positions, dim=POSITION_DIM):
    """Sinusoids of positions, which may be fractions: `(n,)` to `(n, dim)`, float32.

    ```
    p(i) = [sin(w_1 i) .. sin(w_16 i), cos(w_1 i) .. cos(w_16 i)],   w_j = 10000^(-(j - 1) / 16)
    ```

    for the 32 dimensions of `POSITION_DIM`, so `p(i) . p(j)` depends on `i - j` alone and is
    largest where they are equal: 16, against 15.3 one position and 13.7 two positions further
    (Vaswani et al. 2017, arXiv:1706.03762). The last cosine is left out where `dim` is odd.
    """
    half = (dim + 1) // 2
    rates = ops.power(10000.0, -ops.arange(half, dtype="float32") / half)
    angles = ops.cast(positions, "float32")[:, None] * rates
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)[:, :dim]


def spaced_positions(layer, name):
    """Gives a layer the learned positions of its `slots`, `(POSITION_DIM, slots)`.

    They start at `0, spacing, 2 spacing ..` with the layer's `spacing`.
    """

    def start(shape, dtype=None):
        positions = ops.arange(layer.slots, dtype="float32") * layer.spacing
        return ops.transpose(position_vectors(positions))

    return layer.add_weight(
        name=name,
        shape=(POSITION_DIM, layer.slots),
        initializer=start,
        dtype="float32",
        autocast=False,
    )
