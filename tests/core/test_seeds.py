"""Layers without a seed draw one as Keras does: it follows the global seed, and is on record."""

import random

import keras
import numpy as np
import pytest

from keras_vae_collapse import layers, losses

X = np.ones((4, 6, 3), "float32")
IDS = np.full((4, 6), 5)
# Layers without a seed, and what they are called with.
MAKE = {
    "CharDropout": (lambda: layers.CharDropout(0.5, 1), IDS),
    "ContiguousDropout": (lambda: layers.ContiguousDropout(0.5, 2.0, 1), IDS),
    "Dropout": (lambda: layers.Dropout(0.5), X),
    "EmbeddingDropout": (lambda: layers.EmbeddingDropout(0.5), X),
    "GaussianLatent": (lambda: layers.GaussianLatent(3), 0 * X[0]),
}


def noise(layer, inputs):
    return np.array(layer(inputs, training=True))


@pytest.mark.parametrize("name", MAKE)
def test_the_global_seed_gives_the_noise_back_and_two_layers_differ(name):
    make, inputs = MAKE[name]
    keras.utils.set_random_seed(7)
    first, second = make(), make()
    drawn = noise(first, inputs), noise(second, inputs)
    keras.utils.set_random_seed(7)
    np.testing.assert_array_equal(noise(make(), inputs), drawn[0])
    assert first.noise_seed != second.noise_seed and not np.array_equal(*drawn)


@pytest.mark.parametrize("name", MAKE)
def test_the_seed_in_use_repeats_the_noise(name):
    make, inputs = MAKE[name]
    layer = make()
    drawn = noise(layer, inputs)
    again = type(layer).from_config({**layer.get_config(), "seed": layer.noise_seed})
    np.testing.assert_array_equal(noise(again, inputs), drawn)


@pytest.mark.parametrize("name", MAKE)
def test_a_clone_of_a_layer_without_seed_draws_its_own(name):
    make, inputs = MAKE[name]
    layer = make()
    drawn = noise(layer, inputs)
    assert layer.seed is None
    assert not np.array_equal(noise(type(layer).from_config(layer.get_config()), inputs), drawn)


def test_a_rate_term_without_seed_follows_the_global_seed():
    keras.utils.set_random_seed(7)
    first, second = losses.KLDivergence(), losses.KLDivergence()
    keras.utils.set_random_seed(7)
    assert losses.KLDivergence().noise.seed == first.noise.seed != second.noise.seed


def test_a_given_seed_leaves_the_global_generator_alone():
    before = random.getstate()
    layers.CharDropout(0.5, 1, seed=3)(IDS, training=True)
    losses.KLDivergence(seed=3)
    assert random.getstate() == before
