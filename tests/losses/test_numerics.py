"""Extreme parameters keep every rate term and its gradients finite."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from rate_term_cases import TERMS, kl_float64, standard_normal

from keras_vae_collapse.losses import KLDivergence

tfd = tfp.distributions

LOCS = (0.0, 1e-4, 1e4, -1e4)
SCALES = (1e-6, 1e-3, 1.0, 1e3, 1e6)
CASES = [
    ("float32", tf.float32, SCALES),
    ("mixed_bfloat16", tf.float32, SCALES),
    ("mixed_bfloat16", tf.bfloat16, SCALES),
    ("mixed_float16", tf.float32, SCALES),
    # float16 ends at 65504.
    ("mixed_float16", tf.float16, (1e-6, 1e-3, 1.0, 1e3, 6e4)),
]


@pytest.fixture
def policy():
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("prior_kind", ["standard normal", "mixture"])
@pytest.mark.parametrize(("name", "dtype", "scales"), CASES)
def test_every_term_and_its_gradients_are_finite(policy, name, dtype, scales, prior_kind):
    policy(name)
    prior = standard_normal()
    if prior_kind == "mixture":
        prior = tfd.MixtureSameFamily(
            tfd.Categorical(logits=[0.0, 1.0]), tfd.Normal([0.0, 3.0], [1.0, 0.1])
        )
    terms = [factory() for factory in TERMS.values()]
    values = np.array(list(itertools.product(LOCS, scales)))
    for rows in (values[:, None, :].repeat(4, 1), values[None]):  # each alone, then all at once
        loc, scale = tf.constant(rows[..., 0], dtype), tf.constant(rows[..., 1], dtype)
        if rows.shape[1] % 4:
            continue
        for term in terms:
            with tf.GradientTape() as tape:
                tape.watch([loc, scale])
                value = term(posterior=tfd.Normal(loc, scale), prior=prior, training=True)
            assert value.dtype == tf.float32
            gradients = tape.gradient(value, [loc, scale, *term.trainable_variables])
            for number in [value, *gradients, *term.weights]:
                assert np.isfinite(np.asarray(number, np.float64)).all(), term.name
            assert gradients[0].dtype == dtype


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16, tf.float16])
def test_kl_of_half_precision_parameters_has_float32_accuracy(policy, dtype):
    policy("mixed_bfloat16")
    rng = np.random.default_rng(0)
    loc = tf.cast(rng.normal(size=(64, 4)), dtype)
    scale = tf.cast(np.exp(rng.uniform(-7, 7, size=(64, 4))), dtype)
    value = KLDivergence()(posterior=tfd.Normal(loc, scale), prior=standard_normal())
    # The rounded parameters are the truth: what is left is the error of float32.
    exact = kl_float64(tf.cast(loc, tf.float64), tf.cast(scale, tf.float64)).sum(-1).mean()
    np.testing.assert_allclose(value, exact, rtol=1e-5)
