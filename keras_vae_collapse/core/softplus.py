"""The inverse of softplus, for weights that start at a given positive value."""

import tensorflow as tf
import tensorflow_probability as tfp


def softplus_inverse(x):
    """The float `y` with `log(1 + exp(y)) = x`, computed in float64, for any `x > 0`."""
    with tf.init_scope():
        return float(tfp.math.softplus_inverse(tf.constant(x, tf.float64)))
