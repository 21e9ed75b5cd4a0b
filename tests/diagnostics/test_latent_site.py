"""Sampling layers of strangers are told by drawing from them, and draw what is chosen."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.latent_site import (
    OurLatent,
    SamplingLayer,
    sampling_layer,
)
from keras_vae_collapse.layers import GaussianLatent, VonMisesFisherLatent

SHAPE = (8, 2)
SCALES = {
    "log variance": lambda s: np.exp(0.5 * s),
    "log deviation": np.exp,
    "deviation": lambda s: s,
    "softplus": lambda s: np.log1p(np.exp(s)),
    "variance": np.sqrt,
}


class Drawing(keras.layers.Layer):
    """`mean + factor * scale(spread) * noise`, of the parts in either order."""

    def __init__(self, scale, reverse=False, shift=0.0, factor=1.0):
        super().__init__()
        self.scale, self.reverse, self.shift, self.factor = scale, reverse, shift, factor
        self.rng = np.random.default_rng(0)

    def call(self, *parts):
        mean, spread = parts[::-1] if self.reverse else parts[:2]
        noise = self.factor * self.rng.standard_normal(mean.shape).astype("float32")
        return mean + self.shift + tf.constant(self.scale(spread.numpy()) * noise)


def site_of(layer, *parts):
    parts = parts or (tf.zeros(SHAPE), tf.ones(SHAPE))
    return sampling_layer(layer, parts, {}, layer(*parts))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", SCALES)
def test_the_mean_and_the_scale_of_a_sampling_layer_are_found_out(name, reverse):
    layer = Drawing(SCALES[name], reverse)
    found = site_of(layer)
    assert found.layer is layer and found.mean == int(reverse)
    assert float(found.scale_of(tf.constant(0.7))) == pytest.approx(SCALES[name](0.7))


@pytest.mark.parametrize(
    "layer",
    [
        Drawing(lambda s: 0.0 * s),  # draws nothing
        Drawing(lambda s: s, shift=0.4),  # about another mean
        Drawing(lambda s: s**2),  # of a scale that is none of the usual
        Drawing(lambda s: s, factor=1.2),
    ],
)
def test_a_layer_that_draws_otherwise_is_no_sampling_layer(layer):
    assert site_of(layer) is None


def test_a_layer_of_other_inputs_is_no_sampling_layer():
    layer, mean, spread = Drawing(lambda s: s), tf.zeros(SHAPE), tf.ones(SHAPE)
    out = layer(mean, spread)
    assert sampling_layer(layer, (mean, spread), {}, out) is not None
    assert sampling_layer(layer, (mean, spread, spread), {}, out) is None
    assert sampling_layer(layer, (mean, spread), {}, [out, out]) is None
    assert sampling_layer(layer, (mean, spread), {}, out[:, :1]) is None
    assert sampling_layer(layer, (mean, tf.ones(SHAPE, tf.int32)), {}, out) is None

    class Fails(Drawing):
        def call(self, *parts):
            raise KeyError("it wants something else")

    assert sampling_layer(Fails(None), (mean, spread), {}, out) is None


def test_within_a_sampling_layer_gives_the_chosen_z_and_tells_its_rate():
    layer = Drawing(lambda s: np.exp(0.5 * s))
    site = SamplingLayer(layer, 0, lambda s: tf.exp(0.5 * s))
    mean, log_variance = tf.fill((4, 3), 2.0), tf.fill((4, 3), np.log(9.0).astype("float32"))
    draws = []
    with site.choosing(lambda loc, scale, draw: draw(tf.ones_like(loc)), draws):
        z = layer(mean, log_variance)
    (draw,) = draws
    np.testing.assert_allclose(z, 5.0, rtol=1e-6)
    np.testing.assert_allclose(draw.z, 5.0, rtol=1e-6)
    np.testing.assert_allclose(draw.scale, 3.0, rtol=1e-6)
    kl = (4.0 + 9.0 - 1.0) / 2 - np.log(3.0)
    np.testing.assert_allclose(draw.rate, np.full(4, 3 * kl), rtol=1e-5)
    assert draw.inputs[0] is draw.sources[0] and len(draw.sources) == 2
    assert not np.allclose(layer(mean, log_variance), 5.0)  # it draws by itself again
    drawn = site.prior_sample((5_000, 2), 3)
    assert drawn.dtype == np.float32 and abs(drawn.std() - 1.0) < 0.05


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_within_a_latent_of_ours_gives_the_chosen_z_of_a_posterior_that_was_moved(offset):
    latent = GaussianLatent(3, initial_scale=0.5)
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 5)), tf.float32)
    loc, scale = (part.numpy() for part in latent.parameters(x))
    site, draws = OurLatent(latent), []
    site.offset = offset
    with site.choosing(lambda loc, scale, draw: draw(tf.ones_like(loc)), draws):
        z = latent(x, training=True)
        (draw,) = draws
        assert latent.parameters(x)[0] is not None and len(draws) == 1
    np.testing.assert_allclose(z, loc + offset + scale, rtol=1e-5)
    kl = ((loc + offset) ** 2 + scale**2 - 1.0) / 2 - np.log(scale)
    np.testing.assert_allclose(draw.rate, kl.sum(axis=-1), rtol=1e-4)
    assert draw.inputs[0] is x and site.prior is not None
    assert site.spread == 1.0 and site.distribution is None and not site.constant_rate
    site.offset = 0.0
    outputs = latent(x)
    assert outputs.shape == (4, 3) and len(draws) == 1


def test_a_latent_on_the_sphere_has_a_constant_rate_and_draws_of_length_1():
    latent = VonMisesFisherLatent(16, 20.0)
    site = OurLatent(latent)
    assert site.constant_rate and site.spread == 0.25
    drawn = site.prior_sample((40, 16), 0)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=-1), 1.0, rtol=1e-5)
    steps = tf.zeros((2, 3, 16))
    with pytest.raises(ValueError, match=r"one vector for each example.*\(2, 3, 16\)"):
        with site.choosing(lambda loc, scale, draw: loc, []):
            latent(steps)
