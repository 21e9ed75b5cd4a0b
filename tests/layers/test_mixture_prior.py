"""MixturePrior: its density, start values, precision, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import MixturePrior


def test_density_is_that_of_the_mixture():
    prior = MixturePrior(3, 2)
    z = np.random.default_rng(0).normal(size=(7, 2))
    prior(z)
    rng = np.random.default_rng(1)
    prior.set_weights([rng.normal(size=w.shape) for w in prior.get_weights()])
    a, mu, b = (w.astype("float64") for w in prior.get_weights())
    pi = np.exp(a) / np.exp(a).sum()
    sigma = np.log1p(np.exp(b)) + 0.01
    density = np.exp(-0.5 * ((z[:, None] - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
    np.testing.assert_allclose(prior(z), np.log(density.prod(-1) @ pi), rtol=1e-5)


def test_starts_with_equal_weights_unit_scales_and_spread_locations():
    keras.utils.set_random_seed(0)
    prior = MixturePrior(5000, 2, initial_spread=3.0)
    mixture = prior.distribution()
    np.testing.assert_allclose(mixture.mixture_distribution.probs_parameter(), 1 / 5000, rtol=1e-5)
    np.testing.assert_allclose(mixture.components_distribution.stddev(), 1.0, rtol=1e-5)
    assert MixturePrior(2, 2).initial_spread == 1.0
    spread = np.std(mixture.components_distribution.loc)
    assert abs(spread - 3.0) < 5 * 3.0 / np.sqrt(2 * 10_000)


def test_density_stays_float32_inside_a_half_precision_layer():
    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__(dtype="mixed_float16")
            self.prior = MixturePrior(2, 3)

        def call(self, z):
            return self.prior.distribution().log_prob(tf.cast(z, tf.float32))

    outer = Outer()
    assert outer(np.ones((4, 3))).dtype == "float32"
    assert MixturePrior(2, 3, dtype="mixed_bfloat16")(np.ones((4, 3))).dtype == "float32"


@pytest.mark.parametrize(
    "change, message",
    [
        ({"components": 0}, "`components` must be an integer of at least 1"),
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        ({"initial_spread": -1.0}, r"`initial_spread` must be .* in \[0, inf\)"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        MixturePrior(**{"components": 2, "latent_dim": 2, **change})
