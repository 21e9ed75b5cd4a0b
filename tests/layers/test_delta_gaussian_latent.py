"""DeltaGaussianLatent: no posterior of the family has a rate below delta."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import DeltaGaussianLatent, MixturePrior
from keras_vae_collapse.layers.delta_gaussian_latent import scale_ceiling
from keras_vae_collapse.losses import KLDivergence

INPUTS = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")


def kl_per_dim(loc, scale):
    loc, scale = np.asarray(loc, "float64"), np.asarray(scale, "float64")
    return 0.5 * (loc**2 + scale**2 - 1) - np.log(scale)


@pytest.mark.parametrize("nats", [1e-6, 0.01, 0.5, 3.0, 10.0])
def test_ceiling_is_the_root(nats):
    assert kl_per_dim(0.0, scale_ceiling(nats)) == pytest.approx(nats, rel=1e-6)
    assert scale_ceiling(nats) < 1


def test_the_least_rate_has_a_ceiling():
    assert 1 - 1e-5 < scale_ceiling(1e-300) < 1


@pytest.mark.parametrize("delta_nats", [0.04, 4.0, 40.0])
def test_no_weights_give_less_than_delta(delta_nats):
    layer = DeltaGaussianLatent(4, delta_nats=delta_nats)
    rng = np.random.default_rng(1)
    layer.build(INPUTS.shape)
    for size in (0.0, 1.0, 30.0, 1e4, 1e38):
        layer.set_weights([size * rng.normal(size=w.shape) for w in layer.get_weights()])
        layer.loc.kernel.assign(tf.zeros_like(layer.loc.kernel))  # the cheapest mean
        layer.loc.bias.assign(tf.zeros_like(layer.loc.bias))
        loc, scale = layer.parameters(INPUTS)
        assert np.all(np.isfinite(scale)) and np.all(np.asarray(scale) > 0)
        assert kl_per_dim(loc, scale).min() >= delta_nats / 4


def test_training_against_the_rate_ends_at_delta():
    inputs = keras.Input((5,))
    layer = DeltaGaussianLatent(4, delta_nats=2.0, rate_term=KLDivergence())
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.Adam(1.0), loss=None)
    batches = tf.data.Dataset.from_tensors((INPUTS,)).repeat()
    assert model.fit(batches, steps_per_epoch=1, verbose=0).history["rate"][0] > 2.2
    model.fit(batches, steps_per_epoch=40, verbose=0)
    rate = model.evaluate(batches, steps=1, verbose=0, return_dict=True)["rate"]
    assert 2.0 <= rate < 2.2


@pytest.mark.parametrize(
    "change, message",
    [
        ({"delta_nats": 0.0}, r"`delta_nats` must be .* in \(0, 20\]"),
        ({"delta_nats": 21.0}, "delta_nats=21.0"),
        ({"prior": MixturePrior(2, 2)}, "`prior` must be None"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        DeltaGaussianLatent(**{"latent_dim": 2, "delta_nats": 1.0, **change})
