"""Places of a sequence as vectors, for attention that knows where it looks."""

import keras
from keras import ops

PLACE_DIM = 32


def place_vectors(places):
    """Sinusoids of places (characters, may be fractions): `(n,)` to `(n, PLACE_DIM)`, float32.

    ```
    p(i) = [sin(w_1 i) .. sin(w_16 i), cos(w_1 i) .. cos(w_16 i)],   w_j = 10000^(-(j - 1) / 16)
    ```

    so `p(i) . p(j)` depends on `i - j` alone and is largest where they are equal: 16, against
    15.3 one place and 13.7 two places further (Vaswani et al. 2017, arXiv:1706.03762).
    """
    half = PLACE_DIM // 2
    rates = ops.power(10000.0, -ops.arange(half, dtype="float32") / half)
    angles = ops.cast(places, "float32")[:, None] * rates
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


class SpacedPlaces(keras.initializers.Initializer):
    """Places `0, spacing, 2 spacing ..` of slots, as the columns of `(PLACE_DIM, slots)`."""

    def __init__(self, spacing):
        self.spacing = spacing

    def __call__(self, shape, dtype=None):
        places = ops.arange(shape[1], dtype="float32") * self.spacing
        return ops.cast(ops.transpose(place_vectors(places)), dtype or "float32")

    def get_config(self):
        return {"spacing": self.spacing}


def spaced_places(layer, name):
    """Gives a layer the learned places of its `slots`, `spacing` apart, `(PLACE_DIM, slots)`."""
    return layer.add_weight(
        name=name,
        shape=(PLACE_DIM, layer.slots),
        initializer=SpacedPlaces(layer.spacing),
        dtype="float32",
        autocast=False,
    )
