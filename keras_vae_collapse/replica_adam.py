"""Adam that does the same on many replicas as on one."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ReplicaAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` that clips the gradient of the global batch.

    Keras 3 clips the gradient of each replica and then sums them. Parts of a gradient have
    other norms than their sum, so training would depend on the number of replicas wherever
    clipping sets in. Here the sum is clipped. Arguments are those of the Keras class.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.replica_adam import ReplicaAdam

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(ReplicaAdam(1e-3, global_clipnorm=5.0), "mse")
    model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    ```
    """

    def _clip_gradients(self, grads):
        return grads if _several_replicas() else super()._clip_gradients(grads)

    def _all_reduce_sum_gradients(self, grads_and_vars):
        reduced = super()._all_reduce_sum_gradients(grads_and_vars)
        if not _several_replicas():
            return reduced
        grads, variables = zip(*reduced, strict=True)
        return list(zip(super()._clip_gradients(list(grads)), variables, strict=True))


def _several_replicas():
    context = tf.distribute.get_replica_context()
    return context is not None and context.num_replicas_in_sync > 1
