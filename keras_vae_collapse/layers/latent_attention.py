"""Attention over slots of a latent vector."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape
from keras_vae_collapse.layers.positions import position_vectors, spaced_positions


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LatentAttention(keras.layers.Layer):
    """Attends from the states of a decoder to slots that are made of the latent vector.

    ```
    s_k = W z_k + b                                            z cut into slots, one map for all
    a_t = softmax over k of (Q h_t) . (s_k + p_k) / sqrt(units)
    c_t = sum_k a_tk s_k
    ```

    with a learned vector `p_k` for the position of each slot. The recurrence of a decoder that
    sees `z` as one vector has to learn which part of it the next symbol needs; here each state
    looks it up. Nothing else of the source is seen: the slots are a function of `z`. As one map
    serves all slots, what it learns at one position of a sequence holds for all; `GaussianLatent`
    with `slots` does the same when `z` is made. The weights `a` are computed in float32 whatever
    the precision policy.

    With a `spacing`, step `t` also attends by position: `r_k . p(t)` is added to the scores, with
    the sinusoids `p` of `layers.positions` and a learned `r_k` that starts at `p(spacing k)`. The
    slots that an `AttentionPooling` of the same spacing fills are then read in order from the
    first training step on.

    (Scaled dot-product attention of Vaswani et al. 2017, arXiv:1706.03762.)

    Args:
        slots: number of slots, a positive integer.
        units: size of a slot and of the context, a positive integer.
        spacing: distance of the initial positions of neighbouring slots, in steps, at least 0;
            0 for attention by content alone.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`, `latent_dim` a multiple of `slots`.
        query: states `(batch, length, query_dim)`.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `slots` or `units` is not a positive integer, `spacing` is negative, a rank is
            wrong, or `z` cannot be cut into equal slots.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LatentAttention

    attention = LatentAttention(slots=3, units=4)
    context = attention(np.zeros((2, 6)), np.ones((2, 5, 8)))
    assert context.shape == (2, 5, 4)
    ```
    """

    slots, units, spacing = Fixed(), Fixed(), Fixed()

    def __init__(self, slots: int, units: int, spacing: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.slots = check_integer("slots", slots, low=1)
        self.units = check_integer("units", units, low=1)
        self.spacing = check_number("spacing", spacing, low=0.0)
        policy = self.dtype_policy
        self.project_z = keras.layers.Dense(units, dtype=policy, name="project_z")
        self.project_query = keras.layers.Dense(
            units, use_bias=False, dtype=policy, name="project_query"
        )

    def build(self, z_shape, query_shape):
        check_shape("z", z_shape, "batch", "latent_dim")
        check_shape("query", query_shape, "batch", "length", "query_dim")
        if z_shape[-1] % self.slots:
            raise ValueError(
                f"`z` must be {self.slots} slots of equal size. Received: shape={tuple(z_shape)}"
            )
        self.project_z.build((z_shape[0], self.slots, z_shape[-1] // self.slots))
        self.project_query.build(query_shape)
        self.positions = self.add_weight(
            name="positions",
            shape=(self.slots, self.units),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        if self.spacing:
            self.steps = spaced_positions(self, "steps")
        super().build((z_shape, query_shape))

    def memory(self, z):
        """The slots of latent vectors `(batch, latent_dim)`, `(batch, slots, units)`."""
        return self.project_z(ops.reshape(z, (-1, self.slots, self.project_z.kernel.shape[0])))

    def attend(self, memory, query, start=0):
        """The contexts of states `(batch, length, query_dim)`, given the slots.

        `start` is the step of the first state; it matters where there is a `spacing`.
        """
        check_not_symbolic("attend", memory, query)
        locations = 0.0
        if self.spacing:
            locations = self._locations(start + ops.arange(ops.shape(query)[1]))
        return self._context(self._keys(memory), memory, query, locations)

    def prepare_steps(self, memory, length):
        """What attends from one state an example at a time, as `attend` does, while decoding.

        Args:
            memory: the slots, `(batch, slots, units)`.
            length: number of steps.

        Returns:
            `(rows, step)`: a nest of tensors `(batch, ...)` that no step changes, and
            `step(t, rows, query) -> context` of states `(batch, query_dim)`.
        """
        check_not_symbolic("prepare_steps", memory)
        locations = self._locations(ops.arange(length)) if self.spacing else None

        def step(t, rows, query):
            location = 0.0 if locations is None else locations[t]
            return self._context(rows["keys"], rows["memory"], query[:, None], location)[:, 0]

        return {"keys": self._keys(memory), "memory": memory}, step

    def _keys(self, memory):
        """`(batch, units, slots)`."""
        keys = memory + ops.cast(self.positions, self.compute_dtype)
        return ops.transpose(keys, (0, 2, 1))

    def _locations(self, steps):
        """Scores of the slots by position, `(steps, slots)`."""
        return ops.matmul(position_vectors(steps), self.steps)

    def _context(self, keys, memory, query, locations):
        scores = ops.cast(ops.matmul(self.project_query(query), keys), "float32")
        weights = ops.softmax(scores * self.units**-0.5 + locations, axis=-1)
        return ops.matmul(ops.cast(weights, self.compute_dtype), memory)

    def call(self, z, query):
        return self.attend(self.memory(z), query)

    def compute_output_shape(self, z_shape, query_shape):
        return (*query_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "slots": self.slots,
            "units": self.units,
            "spacing": self.spacing,
        }
