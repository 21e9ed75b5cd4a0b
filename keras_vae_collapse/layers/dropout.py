"""Plain dropout whose noise differs between the replicas of a strategy."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.layers.noise import uniform, with_noise


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class Dropout(NamedState, keras.layers.Dropout):
    """`keras.layers.Dropout` with a saved random state and other noise on every replica.

    The Keras layer draws the same mask on all replicas of a `MirroredStrategy` and starts its
    noise anew when a run is resumed. Arguments and shapes are those of the Keras layer.

    Args:
        rate: fraction of the inputs that is zeroed in training, in [0, 1]; the others are
            divided by `1 - rate`. It can be assigned at any time, also while a model trains.
        noise_shape: as in Keras.
        seed: a non-negative integer, or `None` for one that is drawn as Keras draws it.

    Attributes:
        noise_seed: the seed in use, given or drawn.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import Dropout

    assert Dropout(0.5, seed=1)(np.ones((2, 3)), training=True).shape == (2, 3)
    ```
    """

    seed, noise_shape = Fixed(), Fixed()
    rate = Assignable(check_rate)

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, noise_shape=noise_shape, seed=check_seed(seed), **kwargs)
        self.noise_seed = seed_in_use(seed)

    def build(self, input_shape):
        # With a rate of 0 the count of draws is no weight, so that models go on having the
        # weights they had. Files have it all the same: another rate may be assigned.
        self.noise = NoiseSeeds(self, self.noise_seed, saved=self.rate > 0)
        super().build(input_shape)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        rate = Dropout.rate.tensor(self, tf.float64)
        return with_noise(inputs, self.noise, rate > 0, lambda seed: self._dropped(inputs, seed))

    def _own_variables(self):
        return {"noise_step": self.noise.step, **super()._own_variables()}

    def _dropped(self, inputs, seed):
        rate = Dropout.rate.tensor(self, tf.float64)
        shape = tf.shape(inputs)
        if self.noise_shape is not None:
            shape = [size or shape[axis] for axis, size in enumerate(self.noise_shape)]
        kept = uniform(shape, seed) >= tf.cast(rate, tf.float32)
        scale = tf.math.divide_no_nan(tf.ones([], inputs.dtype), tf.cast(1.0 - rate, inputs.dtype))
        return tf.where(kept, inputs * scale, tf.zeros_like(inputs))
