"""What is measured of callables, against a model whose posterior is known."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

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


def test_figures_are_those_of_the_closed_form():
    loc, scale = X / 2, np.full_like(X, 0.6)
    found = measured(lambda x: (x / 2, np.full_like(x, 0.6)))
    constant = 1.5 * np.log(2.0 * np.pi)
    kl = (loc**2 + scale**2 - 1.0) / 2 - np.log(scale)
    right = (0.5 * ((X - loc) ** 2 + scale**2)).sum(axis=1).mean() + constant
    pairs = 0.5 * ((X[:, None] - loc[None]) ** 2).sum(axis=-1).mean() + 1.5 * 0.36 + constant
    prior = 0.5 * (X**2 + 1.0).sum(axis=1).mean() + constant
    assert found.rate_nats == pytest.approx(kl.sum(axis=1).mean(), rel=1e-5)
    assert found.distortion_nats == pytest.approx(right, rel=0.03)
    assert found.z_worth_nats == pytest.approx(pairs - right, rel=0.1)
    assert found.prior_worth_nats == pytest.approx(prior - right, rel=0.1)
    assert (found.examples, found.latent_dim, found.z_in_loss) == (400, 3, True)
    assert found.posterior_spread == pytest.approx(np.abs(loc - loc.mean(axis=0)).max(), rel=1e-5)
    spread = measured(lambda x: (0.0 * x, 1.0 + 0.1 * (x > 0))).posterior_spread
    assert spread == pytest.approx(0.1, rel=1e-5)


def numpy_log_prob(z, x):
    return -0.5 * np.sum((x - np.asarray(z)) ** 2, axis=-1)


def half(x):
    return x / 2, np.full_like(x, 0.6)


@pytest.mark.parametrize(
    ("log_prob", "in_loss"),
    [
        (lambda z, x: -0.5 * tf.reduce_sum((x - z) ** 2, axis=-1), True),
        (lambda z, x: -0.5 * tf.reduce_sum((x - tf.stop_gradient(z)) ** 2, axis=-1), False),
        (lambda z, x: -0.5 * tf.reduce_sum(x**2 + 0.0 * z, axis=-1), False),
    ],
)
def test_z_is_in_the_loss_where_a_gradient_says_so(log_prob, in_loss):
    found = measure_latent_model(LatentModel(half, log_prob, X))
    assert found.z_in_loss is in_loss
    assert (found.amortisation_gap_nats is not None) is in_loss
    assert found.singular_values.any() == in_loss


@pytest.mark.parametrize(
    ("log_prob", "in_loss"),
    [(numpy_log_prob, True), (lambda z, x: -0.5 * np.sum(x**2, axis=-1), False)],
)
def test_of_callables_in_numpy_there_are_no_slopes(log_prob, in_loss):
    found = measure_latent_model(LatentModel(half, log_prob, X))
    assert found.z_in_loss is in_loss
    assert found.singular_values is None and found.amortisation_gap_nats is None


def test_of_many_rows_512_are_looked_at_and_under_another_prior_no_gap():
    many = np.tile(X, (2, 1))
    prior = tfp.distributions.Normal(0.0, 2.0)

    def log_prob(z, x):
        return -0.5 * tf.reduce_sum((x - z) ** 2, axis=-1)

    found = measure_latent_model(LatentModel(half, log_prob, many, prior=prior))
    assert found.examples == 512 and found.amortisation_gap_nats is None
    assert found.singular_values is not None
    ratio = 0.6 / 2.0
    kl = ((many / 4) ** 2 + ratio**2 - 1.0) / 2 - np.log(ratio)
    assert found.rate_nats == pytest.approx(kl.sum(axis=1).mean(), rel=0.1)
    with pytest.raises(ValueError, match="seed"):
        measure_latent_model(LatentModel(half, log_prob, X), seed=-1)
