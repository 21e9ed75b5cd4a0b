"""Adam that does the same on many replicas as on one, and averages weights from the start."""

import keras
from keras import ops

from keras_vae_collapse.core.replicas import replica_context


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ReplicaAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` that clips the gradient of the global batch and averages sooner.

    Keras 3 clips the gradient of each replica and then sums them. Parts of a gradient have
    other norms than their sum, so training would depend on the number of replicas wherever
    clipping sets in. Here the sum is clipped.

    The average of the weights that `use_ema=True` keeps is, after step t = 0, 1, ...,

    ```
    average_t = m_t average_{t-1} + (1 - m_t) weights_t,    m_t = min(ema_momentum, t / (t + 9))
    ```

    so that an early average is one over about the last ninth of the steps so far. With Keras's
    constant momentum the first weights stay in it for thousands of steps. (The ramp is that of
    `tf.train.ExponentialMovingAverage` with `num_updates`.) Arguments are those of the Keras
    class.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.distribute import ReplicaAdam

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(ReplicaAdam(1e-3, global_clipnorm=5.0), "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    ```
    """

    def _update_model_variables_moving_average(self, trainable_variables):
        step = ops.cast(self.iterations, "float32")
        momentum = ops.minimum(self.ema_momentum, step / (step + 9.0))
        for weight, average in zip(
            trainable_variables, self._model_variables_moving_average, strict=True
        ):
            if average is not None:
                kept = ops.cast(momentum, weight.dtype)
                average.assign(kept * average + (1 - kept) * weight)

    def _clip_gradients(self, grads):
        return super()._clip_gradients(grads) if replica_context() is None else grads

    def _all_reduce_sum_gradients(self, grads_and_vars):
        reduced = super()._all_reduce_sum_gradients(grads_and_vars)
        if replica_context() is None:
            return reduced
        grads, variables = zip(*reduced, strict=True)
        return list(zip(super()._clip_gradients(list(grads)), variables, strict=True))
