"""GRU with a faster training step on CPUs."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.layers.gru_recurrence import exact_type, gru_states, gru_states_for_training
from keras_vae_collapse.layers.time_first import has_fast_path, outputs_of_states, time_first


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GRU(keras.layers.GRU):
    """`keras.layers.GRU` whose loops on a CPU hold only what has to be done step by step.

    ```
    z_t = sigmoid(x_t W_z + h_{t-1} U_z + b_z)
    r_t = sigmoid(x_t W_r + h_{t-1} U_r + b_r)
    q_t = h_{t-1} U_n + c_n
    n_t = tanh(x_t W_n + b_n + r_t * q_t)
    h_t = z_t * h_{t-1} + (1 - z_t) * n_t
    ```

    Arguments, weights, configuration and results (to rounding) are those of `keras.layers.GRU`.
    There each step of the loop computes products of its own for the inputs and, in the gradient,
    for `dW`, `dU` and `dx`. Here `x W` is one product before the loop, the loop of the gradient
    carries only `dh`, and each gradient of a weight or of the inputs is one product after it.

    The faster path is taken on machines without a GPU when `activation` is tanh,
    `recurrent_activation` is sigmoid, `use_bias` and `reset_after` are true, `unroll` and
    `stateful` are false, and no dropout is active. Otherwise, and with `use_cudnn=True`, the
    call is Keras's own, on a GPU the fused cuDNN kernel. Under a mixed precision policy the
    faster path computes products in half precision, and gates and states in float32.

    Args:
        units: size of the states.
        *args, **kwargs: as for `keras.layers.GRU`.

    Call arguments:
        sequences: `(batch, length, dim)`; both leading sizes may vary from call to call.
        initial_state: `(batch, units)`, or a list of one such tensor; zeros by default.
        mask: `(batch, length)`, any pattern. A masked step keeps the state.
        training: whether to prepare for the faster gradient (`fit` passes `True`), and to drop.
            Gradients are right with `False` as well, but cost what Keras's cost.

    Output shape:
        `(batch, units)`, or `(batch, length, units)` with `return_sequences`; with
        `return_state` a second `(batch, units)`.

    Raises:
        ValueError: as `keras.layers.GRU`.

    References: Cho et al. 2014, arXiv:1406.1078; Appleyard et al. 2016, arXiv:1604.01946
    (inputs in one product).

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRU

    layer = GRU(8, return_sequences=True)
    assert layer(np.zeros((2, 5, 3))).shape == (2, 5, 8)
    ```
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not (self.reset_after and has_fast_path(self, training)):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        x, mask = time_first(self, sequences, mask)
        # States are not rounded to half precision at every step.
        exact = exact_type(self.compute_dtype)
        recurrence = gru_states_for_training if training else gru_states
        h_0 = ops.cast(keras.tree.flatten(initial_state)[0], exact)
        states = recurrence(self._project(x, mask), h_0, self._recurrent_weights())
        states = ops.cast(states, self.compute_dtype)
        last, outputs = outputs_of_states(self, states, mask)
        return last, outputs, [states[-1]]

    def _project(self, x, mask):
        """The inputs of z, r and n, `(length, batch, units)` each."""
        length, batch, dim = ops.shape(x)
        flat = ops.reshape(x, (-1, dim))  # (length * batch, dim)
        exact = exact_type(self.compute_dtype)
        bias = ops.cast(self.cell.bias, exact)
        # The recurrent biases of z and r are added here; that of n is inside the reset gate.
        b_z, b_r, _ = ops.split(bias[0] + bias[1], 3)
        b_n = bias[0, 2 * self.units :]
        kernel = ops.cast(self.cell.kernel, self.compute_dtype)
        x_z, x_r, x_n = (
            ops.reshape(
                tf.nn.bias_add(ops.cast(tf.matmul(flat, W), exact), b), (length, batch, self.units)
            )
            for W, b in zip(ops.split(kernel, 3, axis=1), (b_z, b_r, b_n), strict=True)
        )
        if mask is not None:
            # z = sigmoid(inf) = 1 keeps the state exactly and stops every gradient of the step.
            x_z = ops.where(mask[:, :, None], x_z, float("inf"))
        return x_z, x_r, x_n

    def _recurrent_weights(self):
        """The matrices U_z, U_r, U_n and the bias c_n."""
        U = ops.cast(self.cell.recurrent_kernel, self.compute_dtype)
        c_n = ops.cast(self.cell.bias, exact_type(self.compute_dtype))[1, 2 * self.units :]
        return *ops.split(U, 3, axis=1), c_n
