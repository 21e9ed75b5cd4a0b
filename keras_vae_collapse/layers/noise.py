"""Random numbers that are the same with and without XLA."""

import tensorflow as tf


def uniform(shape, seed):
    """Uniform float32 numbers, multiples of 2^-24 in [0, 1).

    TensorFlow's own generators make their floats from other bits when compiled by XLA; the
    bits themselves are the same.

    Args:
        shape: shape of the result.
        seed: an int32 tensor of shape (2,), see `NoiseSeeds`.
    """
    return _high_bits(shape, seed, 24) * 2.0**-24


def with_noise(inputs, noise, drops, change):
    """`change(seed)` with the next seed of `noise`; `inputs`, and no draw, while nothing drops.

    Args:
        inputs: a tensor.
        noise: a `NoiseSeeds`.
        drops: whether anything drops, a boolean scalar that is read when the step runs.
        change: function of a seed that returns a tensor of the shape and type of `inputs`.
    """
    seed = noise.next(tf.cast(drops, tf.int64))
    changed = tf.cond(drops, lambda: change(seed), lambda: inputs)
    changed.set_shape(inputs.shape)
    return changed


def open_uniform(shape, seed):
    """Uniform float32 numbers, odd multiples of 2^-24, with finite quantiles."""
    # With 23 bits the midpoints are exact in float32: none is rounded to 1.
    return (_high_bits(shape, seed, 23) + 0.5) * 2.0**-23


def standard_normal(shape, seed):
    """Standard normal float32 numbers, the quantiles of `open_uniform`."""
    return tf.math.ndtri(open_uniform(shape, seed))


def _high_bits(shape, seed, count):
    bits = tf.random.stateless_uniform(
        shape, seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
    return tf.cast(tf.bitwise.right_shift(bits, tf.constant(32 - count, tf.uint32)), tf.float32)
