"""Noise: where its numbers lie, and that XLA draws the same."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import CharDropout, ContiguousDropout, Dropout, EmbeddingDropout
from keras_vae_collapse.layers.noise import open_uniform, standard_normal, uniform

SEED = tf.constant([3, 5])


def test_uniform_numbers_are_multiples_of_2_to_the_minus_24_below_one():
    steps = uniform([1000], SEED).numpy() * 2.0**24
    np.testing.assert_array_equal(steps, np.round(steps))
    assert steps.min() >= 0 and steps.max() < 2.0**24
    assert np.any(steps % 2 == 1)


def test_open_numbers_are_the_odd_multiples_alone():
    steps = open_uniform([1000], SEED).numpy() * 2.0**24
    assert np.all(steps % 2 == 1) and steps.max() < 2.0**24


def test_normal_numbers_are_symmetric_quantiles():
    p = 0.5 + 0.5 * tf.math.erf(standard_normal([1000], SEED) / np.sqrt(2.0)).numpy()
    expected = (np.floor(uniform([1000], SEED).numpy() * 2.0**23) + 0.5) * 2.0**-23
    np.testing.assert_allclose(p, expected, atol=1e-6)


@pytest.mark.parametrize("draw", [uniform, standard_normal])
def test_xla_draws_the_same(draw):
    compiled = tf.function(lambda seed: draw([50, 3], seed), jit_compile=True)
    np.testing.assert_allclose(compiled(SEED), draw([50, 3], SEED), rtol=1e-5, atol=1e-6)


IDS = np.full((4, 30), 7)


@pytest.mark.parametrize(
    ("make", "inputs"),
    [
        (lambda rate: CharDropout(rate, 1, seed=1), IDS),
        (lambda rate: ContiguousDropout(rate, 2.0, 1, seed=1), IDS),
        (lambda rate: Dropout(rate, seed=1), np.ones((4, 30))),
        (lambda rate: EmbeddingDropout(rate, seed=1), np.ones((4, 3, 30))),
    ],
)
def test_at_a_rate_of_0_nothing_is_drawn(make, inputs):
    waited, fresh = make(0.0), make(0.5)
    for _ in range(2):
        np.testing.assert_array_equal(waited(inputs, training=True), inputs)
    waited.rate = 0.5
    np.testing.assert_array_equal(waited(inputs, training=True), fresh(inputs, training=True))
