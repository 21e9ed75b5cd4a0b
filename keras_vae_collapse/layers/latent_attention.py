"""Attention over slots of a latent vector."""

import keras
from keras import ops

from keras_vae_collapse._checks import check_integer


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LatentAttention(keras.layers.Layer):
    """Attends from the states of a decoder to slots that are made of the latent vector.

    ```
    [s_1 .. s_slots] = W z + b                                 one linear map, cut into slots
    a_t = softmax over k of (Q h_t) . (s_k + p_k) / sqrt(units)
    c_t = sum_k a_tk s_k
    ```

    with a learned vector `p_k` for the place of each slot. A decoder that sees `z` as one
    vector must find out by its recurrence which part of it the next symbol needs; here each
    state looks it up. Nothing else of the source is seen: the slots are a function of `z`. The
    weights are computed in float32 whatever the precision policy.

    (Scaled dot-product attention of Vaswani et al. 2017, arXiv:1706.03762.)

    Args:
        slots: number of slots, a positive integer.
        units: size of a slot and of the context, a positive integer.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.
        query: states `(batch, length, query_dim)`.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `slots` or `units` is not a positive integer, or a rank is wrong.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LatentAttention

    attention = LatentAttention(slots=3, units=4)
    context = attention(np.zeros((2, 6)), np.ones((2, 5, 8)))
    assert context.shape == (2, 5, 4)
    ```
    """

    def __init__(self, slots, units, **kwargs):
        super().__init__(**kwargs)
        self.slots = check_integer("slots", slots, low=1)
        self.units = check_integer("units", units, low=1)
        policy = self.dtype_policy
        self.project_z = keras.layers.Dense(slots * units, dtype=policy, name="project_z")
        self.project_query = keras.layers.Dense(
            units, use_bias=False, dtype=policy, name="project_query"
        )

    def build(self, z_shape, query_shape):
        if len(z_shape) != 2 or len(query_shape) != 3:
            raise ValueError(
                "`z` must have shape (batch, latent_dim) and `query` (batch, length, query_dim). "
                f"Received: shapes={tuple(z_shape)} and {tuple(query_shape)}"
            )
        self.project_z.build(z_shape)
        self.project_query.build(query_shape)
        self.places = self.add_weight(
            name="places",
            shape=(self.slots, self.units),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        super().build((z_shape, query_shape))

    def memory(self, z):
        """The slots of latent vectors `(batch, latent_dim)`, `(batch, slots, units)`."""
        return ops.reshape(self.project_z(z), (-1, self.slots, self.units))

    def attend(self, memory, query):
        """The contexts that states `(batch, length, query_dim)` find in the slots."""
        keys = memory + ops.cast(self.places, self.compute_dtype)
        scores = ops.matmul(self.project_query(query), ops.transpose(keys, (0, 2, 1)))
        weights = ops.softmax(ops.cast(scores, "float32") * self.units**-0.5, axis=-1)
        return ops.matmul(ops.cast(weights, self.compute_dtype), memory)

    def call(self, z, query):
        return self.attend(self.memory(z), query)

    def compute_output_shape(self, z_shape, query_shape):
        return (*query_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "slots": self.slots, "units": self.units}
