"""Layers without a seed draw one as Keras does: it follows the global seed, and is on record."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse import layers, losses
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed

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


def streams(seed, counts, start=0):
    """The seeds that a stream gives for these counts of draws."""
    layer = keras.layers.Layer()
    noise = NoiseSeeds(layer, seed)
    noise.step.assign(start)
    return [tuple(noise.next(count).numpy()) for count in counts], int(noise.step)


def test_each_draw_has_a_seed_of_its_own_and_only_draws_count():
    (first, second, third, *_), step = streams(3, [1, 0, 1, 2])
    assert step == 4 and second == third and len({first, second}) == 2
    assert streams(3, [2, 1])[0] == [first, streams(3, [1], start=2)[0][0]]
    assert streams(3, [tf.constant(2, tf.int64)])[1] == 2
    assert streams(4, [1])[0] != [first]


@pytest.mark.parametrize(
    ("seed", "start"), [(2**40, 0), (2**31 - 1, 0), (0, 2**40), (1, 2**31 - 1)]
)
def test_large_seeds_and_long_trainings_have_seeds_too(seed, start):
    (found,), step = streams(seed, [1], start)
    assert step == start + 1
    assert found == streams(seed % (2**31 - 1), [1], start % (2**31 - 1))[0][0]


def test_the_count_is_a_weight_that_no_gradient_reaches_or_the_layer_s_own_to_save():
    layer = keras.layers.Layer(dtype="float16")
    saved, unsaved = NoiseSeeds(layer), NoiseSeeds(layer, name="other", saved=False)
    assert [weight.path.split("/")[-1] for weight in layer.weights] == ["noise_step"]
    assert saved.step is layer.weights[0] and not layer.trainable_weights
    assert saved.step.dtype == unsaved.step.dtype == "int64"
    assert unsaved.next().shape == (2,) and unsaved.next().dtype == tf.int32
    assert (int(saved.step), int(unsaved.step)) == (0, 2)


def test_a_seed_is_no_negative_number():
    assert NoiseSeeds(keras.layers.Layer(), 0).seed == 0 and check_seed(None) is None
    for seed in (-1, 0.5, True):
        with pytest.raises(ValueError, match="`seed` must be an integer of at least 0. Received: "):
            NoiseSeeds(keras.layers.Layer(), seed)
    assert 1 <= NoiseSeeds(keras.layers.Layer()).seed <= 10**9
