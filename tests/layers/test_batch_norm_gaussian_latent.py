"""BatchNormGaussianLatent: fixed spread of the means, lower bound of the rate."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import BatchNormGaussianLatent, DUGaussianLatent
from keras_vae_collapse.losses import KLDivergence

INPUTS = np.random.default_rng(0).normal(size=(256, 5)).astype("float32")


@pytest.mark.parametrize("gamma", [0.3, 0.6, 2.0])
def test_means_have_standard_deviation_gamma_in_training(gamma):
    # Samples are means where the scale is next to nothing.
    layer = BatchNormGaussianLatent(4, gamma=gamma, initial_scale=1.001e-6, seed=1)
    mu = layer(INPUTS, training=True).numpy()
    np.testing.assert_allclose(mu.std(axis=0), gamma, rtol=1e-3)
    np.testing.assert_allclose(mu.mean(axis=0), 0.0, atol=1e-5)
    layer.shift.assign([1.0, 2.0, 3.0, 4.0])
    mu = layer(INPUTS, training=True).numpy()
    np.testing.assert_allclose(mu.mean(axis=0), [1.0, 2.0, 3.0, 4.0], rtol=1e-5)
    np.testing.assert_allclose(mu.std(axis=0), gamma, rtol=1e-3)


def test_rate_bound_is_met_and_is_tight():
    layer = BatchNormGaussianLatent(4, gamma=0.6, rate_term=KLDivergence())
    assert layer.committed_rate_nats == pytest.approx(4 * 0.36 / 2)
    layer.build(INPUTS.shape)
    for scale in (0.1, 1.0, 3.0):
        layer.raw_scale.bias.assign(np.full(4, np.log(np.expm1(scale))))
        layer(INPUTS, training=True)
        excess = float(layer.losses[0]) - layer.committed_rate_nats
        spare = 4 * 0.5 * (scale**2 - 2 * np.log(scale) - 1)
        assert excess == pytest.approx(spare, abs=1e-3)


def test_training_against_the_rate_cannot_go_below_the_bound():
    inputs = keras.Input((5,))
    layer = BatchNormGaussianLatent(4, gamma=0.6, rate_term=KLDivergence(), initial_scale=0.3)
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(0.5), loss=None)
    batches = tf.data.Dataset.from_tensors((INPUTS,)).repeat()

    def rate(steps):
        return model.fit(batches, steps_per_epoch=steps, verbose=0).history["rate"][0]

    assert rate(1) > 2.0 * layer.committed_rate_nats
    rate(60)
    assert rate(1) == pytest.approx(layer.committed_rate_nats, rel=0.02)
    # The moving averages have caught up: 0.9^60 = 0.002 of the start is left.
    evaluated = model.evaluate(batches, steps=1, verbose=0, return_dict=True)["rate"]
    assert evaluated == pytest.approx(layer.committed_rate_nats, rel=0.02)


def test_adam_finds_no_way_around_the_bound():
    inputs = keras.Input((5,))
    layer = BatchNormGaussianLatent(4, gamma=0.6, rate_term=KLDivergence())
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.Adam(0.003), loss=None)
    keras.utils.set_random_seed(0)
    batches = tf.data.Dataset.from_tensors((0.01 * INPUTS,)).repeat()
    model.fit(batches, steps_per_epoch=400, verbose=0)
    rate = model.fit(batches, steps_per_epoch=1, verbose=0).history["rate"][0]
    assert rate >= 0.99 * layer.committed_rate_nats


@pytest.mark.parametrize(
    "change, message",
    [
        ({"gamma": 0.0}, r"`gamma` must be .* in \(0, inf\)"),
        ({"gamma": float("nan")}, "gamma=nan"),
        ({"momentum": 1.0}, r"`momentum` must be .* in \[0, 1\)"),
        ({"latent_dim": -1}, "`latent_dim` must be"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        BatchNormGaussianLatent(**{"latent_dim": 2, **change})


@pytest.mark.parametrize("gains", [None, [1.0, 2.0, 0.5, 1.5]])
def test_adapted_to_other_weights_the_means_of_the_same_examples_have_shift_and_gamma(gains):
    options = {"gamma": 0.6, "rate_term": KLDivergence()}
    if gains is None:
        layer = BatchNormGaussianLatent(4, **options)
        expected = np.full(4, 0.6)
    else:
        layer = DUGaussianLatent(4, **options)
        expected = 0.6 * np.array(gains) / np.sqrt(np.mean(np.square(gains)))
    layer(INPUTS, training=True)
    if gains is not None:
        layer.raw_gains.assign(gains)
    layer.shift.assign([1.0, 0.0, -1.0, 0.5])
    layer.loc.kernel.assign(0.01 * layer.loc.kernel)  # as the statistics do not know
    layer.loc.bias.assign([3.0, 2.0, 1.0, 0.0])
    for _ in range(2):  # fitted once they stay
        layer.adapt(layer.parameters(INPUTS)[0])
        loc = np.asarray(layer.parameters(INPUTS)[0])
        np.testing.assert_allclose(loc.mean(axis=0), [1.0, 0.0, -1.0, 0.5], atol=1e-4)
        np.testing.assert_allclose(loc.std(axis=0), expected, rtol=1e-4)
    m = INPUTS @ layer.loc.kernel.numpy() + layer.loc.bias.numpy()
    np.testing.assert_allclose(layer.normalize.moving_mean, m.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(layer.normalize.moving_variance, m.var(axis=0), rtol=1e-3)


@pytest.mark.parametrize("shape", [(4,), (8, 3), (1, 4), (2, 2, 4)])
def test_means_of_another_shape_cannot_be_adapted_to(shape):
    layer = BatchNormGaussianLatent(4)
    layer(INPUTS, training=True)
    with pytest.raises(ValueError, match=r"\(examples, 4\).*Received: shape="):
        layer.adapt(np.zeros(shape))


def test_steps_that_are_masked_count_in_no_statistic():
    layer = BatchNormGaussianLatent(4, gamma=0.6, initial_scale=1.001e-6, seed=1)
    steps = INPUTS.reshape(64, 4, 5).copy()
    mask = np.arange(4) < np.tile([4, 3, 2, 1], 16)[:, None]
    steps[~mask] = 50.0
    mu = layer(steps, mask=mask, training=True).numpy()[mask]
    np.testing.assert_allclose(mu.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(mu.std(axis=0), 0.6, rtol=1e-3)


def test_nothing_but_the_heads_and_the_shift_is_trained():
    layer = BatchNormGaussianLatent(4)
    layer.build(INPUTS.shape)
    assert [w.name for w in layer.trainable_weights] == ["shift", *["kernel", "bias"] * 2]


def test_two_examples_are_enough_to_adapt_to():
    layer = BatchNormGaussianLatent(4, gamma=0.6)
    layer(INPUTS, training=True)
    layer.adapt(layer.parameters(INPUTS[:2])[0])
    loc = np.asarray(layer.parameters(INPUTS[:2])[0])
    np.testing.assert_allclose(np.sort(loc, axis=0), [[-0.6] * 4, [0.6] * 4], rtol=1e-3)
