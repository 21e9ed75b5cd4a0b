"""Autoregressive GRU decoder that sees its condition at every step."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.gru import GRU
from keras_vae_collapse.layers.gru_recurrence import exact_type, gru_step
from keras_vae_collapse.layers.prepared_steps import PreparedSteps


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GRUDecoder(PreparedSteps, keras.layers.Layer):
    """States of a recurrent decoder given a condition and the embedded history.

    ```
    h_0 = tanh(W c + b)
    h_t = GRU([e_t ; c], h_{t-1})
    ```

    where `c` is the condition (the latent vector and whatever else is given) and `e_t` the
    embedded symbol before position `t`. Nothing else reaches the states: with `c = z` all that
    the decoder knows of the source passes through `z`.

    Args:
        units: size of the states.

    Call arguments:
        condition: `(batch, condition_dim)`.
        history: embedded symbols `(batch, length, embedding_dim)`, shifted right by one.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    Reference: Bowman et al. 2015, arXiv:1511.06349.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUDecoder

    decoder = GRUDecoder(units=8)
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)))
    assert states.shape == (2, 5, 8)
    ```
    """

    units = Fixed()

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        policy = self.dtype_policy
        self.start = keras.layers.Dense(units, activation="tanh", dtype=policy, name="start")
        self.gru = GRU(units, return_sequences=True, dtype=policy, name="gru")

    def build(self, condition_shape, history_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        check_shape("history", history_shape, "batch", "length", "embedding_dim")
        self.start.build(condition_shape)
        self.gru.build((*history_shape[:-1], history_shape[-1] + condition_shape[-1]))
        super().build((condition_shape, history_shape))

    def call(self, condition, history, training=None):
        length = ops.shape(history)[1]
        repeated = ops.repeat(condition[:, None, :], length, axis=1)  # (batch, length, condition)
        return self.gru(
            ops.concatenate([history, ops.cast(repeated, history.dtype)], axis=-1),
            initial_state=self.start(condition),
            training=training,
        )

    def initial_state(self, condition):
        """The state `h_0`, `(batch, units)`, to begin a decoding with `step`."""
        # As in `call`, states are not rounded to half precision.
        return ops.cast(self.start(condition), exact_type(self.compute_dtype))

    def step(self, condition, embedded, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state."""
        inputs = ops.concatenate([embedded, ops.cast(condition, embedded.dtype)], axis=-1)
        half = ops.cast(state, self.compute_dtype)
        _, (half,) = self.gru.cell(inputs, [half], training=False)
        return ops.cast(half, state.dtype)

    def _projected(self, embedded):
        kernel = ops.cast(self.gru.cell.kernel, self.compute_dtype)
        x = ops.matmul(embedded, kernel[: embedded.shape[-1]])
        return ops.cast(x, exact_type(self.compute_dtype))

    def _rows(self, condition):
        cell, exact = self.gru.cell, exact_type(self.compute_dtype)
        of_condition = ops.cast(cell.kernel, self.compute_dtype)[-condition.shape[-1] :]
        given = ops.cast(ops.matmul(condition, of_condition), exact)
        return given + ops.cast(cell.bias, exact)[0]

    def _advance(self, x, given, state):
        cell = self.gru.cell
        U = ops.cast(cell.recurrent_kernel, self.compute_dtype)
        bias = ops.cast(cell.bias, exact_type(self.compute_dtype))
        return gru_step(x + given, state, U, bias[1])

    def compute_output_shape(self, condition_shape, history_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
