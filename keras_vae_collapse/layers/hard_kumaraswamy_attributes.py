"""Entries of a condition with a continuous distribution that has exact zeros and ones."""

import math

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.softplus import softplus_inverse
from keras_vae_collapse.layers.bernoulli_attributes import IndependentAttributes
from keras_vae_collapse.layers.noise import uniform

tfd = tfp.distributions

# The support is stretched to (-0.1, 1.1), then cut at 0 and 1: the authors' choice.
_STRETCH = 0.1
# Shapes beyond these have all their mass at one end, where gradients are infinite or nothing.
_LEAST_SHAPE, _GREATEST_SHAPE = 0.05, 50.0
# So has noise nearer to 0 or 1; what it would give is cut to 0 or 1 for all but extreme shapes.
_EDGE = 1e-4


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class HardKumaraswamyAttributes(IndependentAttributes):
    """Guesses the entries of a condition, each stretched and rectified Kumaraswamy by itself.

    ```
    a, b   = 0.05 + softplus(W_2 tanh(W_1 h + b_1) + b_2)
    k_m    = (1 - u^(1 / b_m))^(1 / a_m),           u ~ Uniform(0, 1)
    y_m    = min(1, max(0, 1.2 k_m - 0.1))
    q_m    = P(y_m >= 1/2) = (1 - 2^(-a_m))^b_m
    loss  += sum_m KL(Bernoulli(q_m) || p_m)
    ```

    (Bastings et al. 2019, arXiv:1905.08160). Samples are exactly 0 or 1 with a probability
    greater than nothing, and differentiable between; there is no temperature. The rate is that
    of the binary variable to which a sample rounds (the authors penalise the expected number of
    ones instead), and so is `log_prob`.

    Arguments, shapes and errors are those of `CategoricalAttributes`, without `temperature`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import HardKumaraswamyAttributes

    guess = HardKumaraswamyAttributes(5, groups=[[1, 2], [3, 4]], seed=0)
    condition = guess(np.ones((200, 8)), training=True).numpy()
    assert np.any(condition[:, 1] == 1.0) and np.any(condition[:, 1] == 0.0)
    ```
    """

    @property
    def parameter_count(self):
        return 2 * len(self.entries)

    def initial_bias(self):
        # With a = 1 the probability is 2^-b.
        shapes = [-math.log2(self.prior[entry]) for entry in self.entries]
        shapes = [min(max(b, 2 * _LEAST_SHAPE), _GREATEST_SHAPE / 2) for b in shapes]
        ones = [1.0] * len(shapes)
        return [softplus_inverse(shape - _LEAST_SHAPE) for shape in (*ones, *shapes)]

    def _shapes(self, parameters):
        """`a` and `b` of every grouped entry, each `(batch, n)`."""
        shapes = _LEAST_SHAPE + tf.math.softplus(parameters)
        return tf.split(tf.minimum(shapes, _GREATEST_SHAPE), 2, axis=-1)

    def _grouped_log_odds(self, parameters):
        a, b = self._shapes(parameters)
        log_active = b * tf.math.log1p(-(2.0**-a))
        return log_active - tf.math.log(-tf.math.expm1(log_active))

    def _sample(self, parameters, seed, step):
        a, b = self._shapes(parameters)
        u = tf.clip_by_value(uniform(tf.shape(a), seed), _EDGE, 1.0 - _EDGE)
        k = tfd.Kumaraswamy(a, b).quantile(u)
        stretched = (1.0 + 2.0 * _STRETCH) * k - _STRETCH
        return self._spread(tf.clip_by_value(stretched, 0.0, 1.0), 0.0)
