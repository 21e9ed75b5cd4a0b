"""What is measured of callables, against a model whose posterior is known."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.diagnostics import LatentModel
from keras_vae_collapse.diagnostics.examination.of_latent_model import measure_latent_model

# p(x|z) = N(z, 1) and the standard normal prior: the posterior is N(x / 2, 1 / 2).
X = np.random.default_rng(0).normal(size=(400, 3), scale=np.sqrt(2.0)).astype("float32")


def measured(encode):
    def log_prob(z, x):
        return -0.5 * tf.reduce_sum((x - z) ** 2 + np.log(2.0 * np.pi), axis=-1)

    return measure_latent_model(LatentModel(encode, log_prob, X), seed=1)


def test_the_gap_is_the_kl_from_the_true_posterior():
    exact = measured(lambda x: (x / 2, np.full_like(x, np.sqrt(0.5))))
    assert exact.amortisation_gap_nats == pytest.approx(0.0, abs=0.05)
    collapsed = measured(lambda x: (0.0 * x, np.ones_like(x)))
    # KL(N(0, 1) || N(x / 2, 1 / 2)) of each dimension.
    kl = 0.5 * (2.0 * (1.0 + (X / 2) ** 2) - 1.0 - np.log(2.0))
    assert collapsed.amortisation_gap_nats == pytest.approx(kl.sum(axis=1).mean(), rel=0.1)


def test_the_singular_values_are_those_of_the_slopes():
    found = measured(lambda x: (x / 2, np.full_like(x, np.sqrt(0.5))))
    # Of log p(x|z) in z, x - z, whose variance is 1 where z is from the posterior.
    np.testing.assert_allclose(found.singular_values, 1.0, rtol=0.1)
