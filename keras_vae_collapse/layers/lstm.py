"""LSTM with a faster training step on CPUs."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.layers.gru_recurrence import exact_type
from keras_vae_collapse.layers.lstm_recurrence import lstm_states, lstm_states_for_training
from keras_vae_collapse.layers.time_first import has_fast_path, outputs_of_states, time_first


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` whose loops on a CPU hold only what has to be done step by step.

    ```
    i_t = sigmoid(x_t W_i + h_{t-1} U_i + b_i)
    f_t = sigmoid(x_t W_f + h_{t-1} U_f + b_f)
    g_t = tanh(x_t W_g + h_{t-1} U_g + b_g)
    o_t = sigmoid(x_t W_o + h_{t-1} U_o + b_o)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)
    ```

    Arguments, weights, configuration and results (to rounding) are those of `keras.layers.LSTM`.
    As in `GRU`, `x W + b` is one product before the loop, and each gradient of a weight or of the
    inputs is one product after it.

    The faster path is taken on machines without a GPU when `activation` is tanh,
    `recurrent_activation` is sigmoid, `use_bias` is true, `unroll` and `stateful` are false, and
    no dropout is active. Otherwise, and with `use_cudnn=True`, the call is Keras's own, on a GPU
    the fused cuDNN kernel. Under a mixed precision policy the faster path computes products in
    half precision, and gates, cells and states in float32.

    Args:
        units: size of the states.
        *args, **kwargs: as for `keras.layers.LSTM`.

    Call arguments:
        sequences: `(batch, length, dim)`; both leading sizes may vary from call to call.
        initial_state: a list of the state and the cell, `(batch, units)` each; zeros by default.
        mask: `(batch, length)`, any pattern. A masked step keeps state and cell.
        training: whether to prepare for the faster gradient (`fit` passes `True`), and to drop.
            Gradients are right with `False` as well, but cost what Keras's cost.

    Output shape:
        `(batch, units)`, or `(batch, length, units)` with `return_sequences`; with
        `return_state` the last state and the last cell as well, `(batch, units)` each.

    Raises:
        ValueError: as `keras.layers.LSTM`.

    References: Hochreiter & Schmidhuber 1997, Neural Computation 9(8); with the forget gate of
    Gers et al. 2000, Neural Computation 12(10).

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LSTM

    layer = LSTM(8, return_sequences=True)
    assert layer(np.zeros((2, 5, 3))).shape == (2, 5, 8)
    ```
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not has_fast_path(self, training):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        x, mask = time_first(self, sequences, mask)
        # States are not rounded to half precision at every step.
        exact = exact_type(self.compute_dtype)
        h_0, c_0 = (ops.cast(state, exact) for state in initial_state)
        U = ops.cast(self.cell.recurrent_kernel, self.compute_dtype)
        recurrence = lstm_states_for_training if training else lstm_states
        states, cell = recurrence(self._project(x), h_0, c_0, U, mask)
        states, cell = (ops.cast(values, self.compute_dtype) for values in (states, cell))
        last, outputs = outputs_of_states(self, states, mask)
        return last, outputs, [states[-1], cell]

    def _project(self, x):
        """The inputs of i, f, g and o, `(length, batch, 4 units)`."""
        length, batch, dim = ops.shape(x)
        flat = ops.reshape(x, (-1, dim))  # (length * batch, dim)
        exact = exact_type(self.compute_dtype)
        projected = tf.matmul(flat, ops.cast(self.cell.kernel, self.compute_dtype))
        projected = tf.nn.bias_add(ops.cast(projected, exact), ops.cast(self.cell.bias, exact))
        return ops.reshape(projected, (length, batch, 4 * self.units))
