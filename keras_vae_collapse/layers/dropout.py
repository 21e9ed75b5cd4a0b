"""Plain dropout whose noise differs between the replicas of a strategy."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.seeds import NoiseSeeds
from keras_vae_collapse.layers.noise import uniform


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class Dropout(keras.layers.Dropout):
    """`keras.layers.Dropout` with a saved random state and other noise on every replica.

    The Keras layer draws the same mask on all replicas of a `MirroredStrategy` and starts its
    noise anew when a run is resumed. Arguments and shapes are those of the Keras layer.

    Args:
        rate: fraction of the inputs that is zeroed in training, in [0, 1); the others are
            divided by `1 - rate`.
        seed: an integer or `None`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import Dropout

    assert Dropout(0.5, seed=1)(np.ones((2, 3)), training=True).shape == (2, 3)
    ```
    """

    def build(self, input_shape):
        if self.rate > 0:
            self._seeds = NoiseSeeds(self, self.seed)
        super().build(input_shape)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        kept = uniform(tf.shape(inputs), self._seeds.next()) >= self.rate
        return tf.where(kept, inputs / (1.0 - self.rate), tf.zeros_like(inputs))
