import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.losses.float32_distribution import to_float32, with_parameters

tfd, tfb = tfp.distributions, tfp.bijectors
VALUES = np.random.default_rng(0).uniform(0.5, 2.0, size=(4, 3))


def of(dtype, kind):
    v = tf.cast(tf.cast(VALUES, tf.float16), dtype)
    if kind == "normal":
        return tfd.Normal(v, v)
    if kind == "independent":
        return tfd.Independent(tfd.Normal(v, v), 1)
    if kind == "diagonal":
        return tfd.MultivariateNormalDiag(v, v)
    if kind == "operator":
        return tfd.MultivariateNormalLinearOperator(v, tf.linalg.LinearOperatorDiag(v))
    if kind == "transformed":
        return tfd.TransformedDistribution(tfd.Normal(v, v), tfb.Scale(v))
    if kind == "list":
        return tfd.TransformedDistribution(tfd.Normal(v, v), tfb.Chain([tfb.Shift(v), tfb.Exp()]))
    return tfd.MixtureSameFamily(tfd.Categorical(logits=v), tfd.Normal(v, v))


@pytest.mark.parametrize(
    "kind", ["normal", "independent", "diagonal", "operator", "transformed", "list", "mixture"]
)
@pytest.mark.parametrize("dtype", [tf.float16, tf.float64])
def test_parameters_are_cast_however_deep_they_lie(kind, dtype):
    cast, expected = to_float32(of(dtype, kind)), of(tf.float32, kind)
    assert type(cast) is type(expected)
    assert cast.dtype == tf.float32
    z = expected.sample(seed=[1, 2])
    np.testing.assert_allclose(cast.log_prob(z), expected.log_prob(z), rtol=1e-6)


@pytest.mark.parametrize("kind", ["list", "mixture"])
def test_a_float32_distribution_is_left_as_it_is(kind):
    distribution = of(tf.float32, kind)
    assert to_float32(distribution) is distribution


def test_variables_stay_connected():
    scale = tf.Variable(tf.ones([2], tf.bfloat16))
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(to_float32(tfd.Normal(tf.zeros([2], tf.bfloat16), scale)).variance())
    np.testing.assert_array_equal(tf.cast(tape.gradient(value, scale), tf.float32), [2.0, 2.0])


def test_gradients_into_float16_saturate_instead_of_becoming_infinite():
    scale = tf.constant([1e-6], tf.float16)
    with tf.GradientTape() as tape:
        tape.watch(scale)
        value = tf.math.log(to_float32(tfd.Normal(tf.zeros([1], tf.float16), scale)).scale)
    gradient = tape.gradient(value, scale)
    assert gradient.dtype == tf.float16
    assert float(gradient[0]) == tf.float16.max


def test_integer_parameters_are_left_alone():
    distribution = tfd.Categorical(logits=tf.constant([0.0, 1.0], tf.float16))
    cast = to_float32(distribution)
    assert cast.dtype == distribution.dtype == tf.int32
    assert cast.logits.dtype == tf.float32


def test_a_type_among_the_parameters_is_cast_as_well_and_kept_where_none_is_given():
    sphere = tfd.SphericalUniform(3, dtype=tf.float64)
    assert to_float32(sphere).dtype == tf.float32
    point = tfd.Deterministic(tf.zeros([2], tf.float64))
    changed = with_parameters(tfd.Independent(point, 1), lambda tensor: tensor + 1.0)
    np.testing.assert_array_equal(changed.mean(), [1.0, 1.0])
    assert with_parameters(sphere, tf.identity) is sphere
