"""DUGaussianLatent: scales of a fixed root mean square, variances with a floor and a dropout."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import DUGaussianLatent
from keras_vae_collapse.losses import KLDivergence

INPUTS = np.random.default_rng(0).normal(size=(512, 5)).astype("float32")
FLOOR = 1.0 / (2 * np.pi * np.e)


def parameters(layer, training=True):
    """Locations and scales, float64."""
    if not layer.built:
        layer.build(INPUTS.shape)
    found = layer._posterior_parameters(tf.constant(INPUTS), training)
    return (np.asarray(part, np.float64) for part in found)


def test_the_root_mean_square_of_the_scales_is_gamma_whatever_is_trained():
    layer = DUGaussianLatent(4, gamma=0.7)
    layer.build(INPUTS.shape)
    np.testing.assert_array_equal(layer.raw_gains, np.ones(4))
    for gains in ([1.0, 1.0, 1.0, 1.0], [9.0, 3.0, 0.1, -2.0]):
        layer.raw_gains.assign(gains)
        loc, _ = parameters(layer)
        expected = 0.7 * np.abs(gains) / np.sqrt(np.mean(np.square(gains)))
        np.testing.assert_allclose(loc.std(axis=0), expected, rtol=1e-3)
        np.testing.assert_allclose(np.sqrt((loc**2).mean()), 0.7, rtol=1e-3)


def test_no_variance_lies_below_the_floor():
    layer = DUGaussianLatent(4, initial_scale=1.1e-6)
    _, scale = parameters(layer)
    np.testing.assert_allclose(scale**2, FLOOR, rtol=1e-4)
    layer.delta = 4.0  # an entropy of log(4) / 2 for each dimension
    _, scale = parameters(layer)
    entropy = 0.5 * np.log(2 * np.pi * np.e * scale**2)
    np.testing.assert_allclose(entropy, np.log(4.0) / 2, atol=1e-4)


def test_variances_are_dropped_to_the_floor_in_training_alone():
    layer = DUGaussianLatent(4, variance_dropout=0.25, seed=1)
    _, scale = parameters(layer)
    at_floor = np.isclose(scale**2, FLOOR, rtol=1e-4)
    # 2,048 draws: a standard deviation of 0.0096.
    assert abs(at_floor.mean() - 0.25) < 5 * 0.0096
    np.testing.assert_allclose(scale[~at_floor] ** 2, 1.0 / 0.75 + FLOOR, rtol=1e-4)
    _, scale = parameters(layer, training=False)
    np.testing.assert_allclose(scale**2, 1.0 + FLOOR, rtol=1e-4)


def test_training_against_the_rate_cannot_go_below_the_bound():
    inputs = keras.Input((5,))
    layer = DUGaussianLatent(4, gamma=0.6, variance_dropout=0.2, rate_term=KLDivergence(), seed=1)
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.Adam(0.01))
    batches = tf.data.Dataset.from_tensors((INPUTS,)).repeat()
    model.fit(batches, steps_per_epoch=60, verbose=0)
    rate = model.fit(batches, steps_per_epoch=1, verbose=0).history["rate"][0]
    assert rate > 0.99 * layer.committed_rate_nats == 0.99 * 4 * 0.36 / 2


@pytest.mark.parametrize(
    "change, message",
    [
        ({"gamma": 0.0}, "`gamma` must be"),
        ({"delta": -1.0}, r"`delta` must be .* in \[0, inf\)"),
        ({"variance_dropout": 1.0}, r"`variance_dropout` must be .* in \[0, 1\)"),
        ({"variance_dropout": 0.5, "delta": 0.0}, "must be 0 where `delta` is 0"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        DUGaussianLatent(**{"latent_dim": 2, **change})


def test_an_assigned_dropout_of_variances_acts_and_keeps_its_range():
    layer = DUGaussianLatent(4, seed=1)
    layer.variance_dropout = 0.5
    assert layer.variance_dropout == layer.get_config()["variance_dropout"] == 0.5
    _, scale = parameters(layer)
    assert 0.4 < np.isclose(scale**2, FLOOR, rtol=1e-4).mean() < 0.6
    for rate in (-0.1, 1.0):
        with pytest.raises(ValueError, match=r"`variance_dropout` must be .* in \[0, 1\)"):
            layer.variance_dropout = rate
