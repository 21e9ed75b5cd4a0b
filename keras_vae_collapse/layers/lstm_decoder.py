"""Autoregressive LSTM decoder that sees its condition at every step."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape
from keras_vae_collapse.layers.gru_recurrence import exact_type, product
from keras_vae_collapse.layers.lstm import LSTM
from keras_vae_collapse.layers.lstm_recurrence import lstm_step
from keras_vae_collapse.layers.prepared_steps import PreparedSteps


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LSTMDecoder(PreparedSteps, keras.layers.Layer):
    """States of an LSTM decoder given a condition and the embedded history.

    ```
    c_0      = W z + b,   h_0 = tanh(c_0)
    h_t, c_t = LSTM([e_t ; z], h_{t-1}, c_{t-1})
    ```

    where `z` is the condition (the latent vector and whatever else is given), `e_t` the embedded
    symbol before position `t`, and `c_t` the cell. Nothing else reaches the states: all that the
    decoder knows of the source passes through the condition. This is the decoder of the usual
    benchmark of text VAEs.

    Args:
        units: size of the states and of the cells.

    Call arguments:
        condition: `(batch, condition_dim)`.
        history: embedded symbols `(batch, length, embedding_dim)`, shifted right by one.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    References: Hochreiter & Schmidhuber 1997, Neural Computation 9(8); as the decoder of a VAE
    Bowman et al. 2015, arXiv:1511.06349; state and cell from `z` as in He et al. 2019,
    arXiv:1901.05534.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LSTMDecoder

    decoder = LSTMDecoder(units=8)
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)))
    assert states.shape == (2, 5, 8)
    ```
    """

    units = Fixed()

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        policy = self.dtype_policy
        self.start = keras.layers.Dense(units, dtype=policy, name="start")
        self.lstm = LSTM(units, return_sequences=True, dtype=policy, name="lstm")

    def build(self, condition_shape, history_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        check_shape("history", history_shape, "batch", "length", "embedding_dim")
        self.start.build(condition_shape)
        self.lstm.build((*history_shape[:-1], history_shape[-1] + condition_shape[-1]))
        super().build((condition_shape, history_shape))

    def call(self, condition, history, training=None):
        length = ops.shape(history)[1]
        repeated = ops.repeat(condition[:, None, :], length, axis=1)  # (batch, length, condition)
        cell = self.start(condition)
        return self.lstm(
            ops.concatenate([history, ops.cast(repeated, history.dtype)], axis=-1),
            initial_state=[ops.tanh(cell), cell],
            training=training,
        )

    def initial_state(self, condition):
        """`h_0` and `c_0` side by side, `(batch, 2 units)`, to begin a decoding with `step`."""
        check_not_symbolic("initial_state", condition)
        cell = self._exact(self.start(condition))
        return ops.concatenate([ops.tanh(cell), cell], axis=-1)

    def step(self, condition, embedded, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state.

        Returns:
            State and cell side by side, `(batch, 2 units)`; the former are the first `units`.
        """
        check_not_symbolic("step", condition, embedded, state)
        inputs = ops.concatenate([embedded, ops.cast(condition, embedded.dtype)], axis=-1)
        kernel = ops.cast(self.lstm.cell.kernel, self.compute_dtype)
        return self._next(product(self._exact(inputs), kernel) + self._bias(), state)

    def _projected(self, embedded):
        kernel = ops.cast(self.lstm.cell.kernel, self.compute_dtype)
        return product(self._exact(embedded), kernel[: embedded.shape[-1]])

    def _rows(self, condition):
        kernel = ops.cast(self.lstm.cell.kernel, self.compute_dtype)
        return product(self._exact(condition), kernel[-condition.shape[-1] :]) + self._bias()

    def _advance(self, x, given, state):
        return self._next(x + given, state)

    def _next(self, x, state):
        """The state after one of projected inputs `(batch, 4 units)`."""
        U = ops.cast(self.lstm.cell.recurrent_kernel, self.compute_dtype)
        h, c = ops.split(self._exact(state), 2, axis=-1)
        h, c, _ = lstm_step(x, h, c, U)
        return ops.concatenate([h, c], axis=-1)

    def _bias(self):
        return self._exact(self.lstm.cell.bias)

    def _exact(self, values):
        return ops.cast(values, exact_type(self.compute_dtype))

    def compute_output_shape(self, condition_shape, history_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
