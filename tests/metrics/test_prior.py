"""Priors other than the standard normal: which there may be, and what they give."""

import numpy as np
import pytest
import tensorflow_probability as tfp

from keras_vae_collapse.metrics import importance_sample, latent_metrics, rate, rate_per_dimension
from keras_vae_collapse.metrics.prior import check_prior, prior_of, prior_samples

tfd = tfp.distributions
RNG = np.random.default_rng(0)
LOC, SCALE = RNG.normal(size=(30, 2)), RNG.uniform(0.3, 0.6, size=(30, 2))
NORMAL = tfd.Normal(np.zeros(2), np.ones(2))


def log_prob(z, rows):
    return -0.5 * np.sum((z - rows["loc"]) ** 2, axis=-1)


@pytest.mark.parametrize("vectors", [False, True])
def test_a_prior_of_each_example_that_is_its_posterior_costs_nothing(vectors):
    def prior(rows):
        kind = tfd.MultivariateNormalDiag if vectors else tfd.Normal
        return kind(rows["loc"], rows["scale"])

    rows = {"loc": LOC, "scale": SCALE}
    figures = latent_metrics(
        log_prob, None, rows, num_samples=200, prior=prior, posterior=(LOC, SCALE), chunk_size=2100
    )
    assert figures["rate_nats"] == pytest.approx(0.0, abs=1e-9)
    # Prior and posterior draw from one distribution: 4 draws of 30 examples, each below 1 nat.
    assert abs(figures["prior_gap_nats"]) < 0.15 < figures["z_gap_nats"]
    # log p(x) = log E exp(-|z - loc|^2 / 2), product of 1 / sqrt(1 + scale^2).
    exact = 0.5 * np.log1p(SCALE**2).sum(axis=-1).mean()
    assert figures["iw_nll_nats"] == pytest.approx(exact, abs=0.01)


def test_a_constant_likelihood_is_that_of_the_data_under_any_prior():
    # E_q[p(z) / q(z)] = 1, and a posterior wider than the prior gives it without a heavy tail.
    wide = np.full((30, 2), 1.5)
    found = importance_sample(
        lambda z, x: np.full(len(z), -3.0), 0 * LOC, wide, LOC, 2000, tfd.Normal(0.0, 1.0), 100_000
    )
    np.testing.assert_allclose(found.nll, 3.0, atol=0.15)
    assert found.nll.mean() == pytest.approx(3.0, abs=0.02)
    np.testing.assert_array_equal(found.distortion, 3.0)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (3, "None for the standard normal.*Received: prior=3"),
        (tfd.Normal, "None for the standard normal"),
        (lambda x: 3, "return a TFP distribution. Received: 3"),
        (tfd.Normal(np.zeros(3), 1.0), r"over z of shape \(30, 2\).*shape \(3,\) and event shape"),
        (tfd.MultivariateNormalDiag(np.zeros(3)), r"and event shape \(3,\)"),
        (lambda x: tfd.Normal(np.zeros((5, 2)), 1.0), r"shape \(5, 2\) and event"),
        (tfd.Normal(np.zeros((30, 1)), 1.0), r"shape \(30, 1\) and event"),
        (tfd.Normal(np.zeros((4, 30, 2)), 1.0), r"shape \(4, 30, 2\) and event"),
    ],
)
def test_what_is_no_prior_of_these_latents_is_refused(prior, message):
    with pytest.raises(ValueError, match=f"`prior` must .*{message}"):
        prior_of(prior, LOC, LOC.shape)


@pytest.mark.parametrize(
    "prior",
    [
        None, tfd.Normal(0.0, 1.0), NORMAL, tfd.MultivariateNormalDiag(np.zeros(2)),
        tfd.Normal(LOC, SCALE), tfd.MultivariateNormalDiag(LOC, SCALE),
    ],
)  # fmt: skip
def test_a_prior_is_of_scalars_of_dimensions_of_vectors_or_of_each_example(prior):
    assert check_prior(prior) is prior and prior_of(prior, LOC, LOC.shape) is prior
    drawn = prior_samples(prior, 30, 2, np.random.default_rng(3))
    assert drawn.shape == (30, 2) and drawn.dtype == np.float64
    assert len(np.unique(drawn)) == 60  # no draw stands for two
    np.testing.assert_array_equal(drawn, prior_samples(prior, 30, 2, np.random.default_rng(3)))


def test_dimensions_have_a_rate_of_their_own_unless_the_prior_is_one_of_vectors():
    loc, scale = RNG.normal(size=(2000, 2)), RNG.uniform(0.3, 0.6, size=(2000, 2))
    place, width = np.array([0.5, -1.0]), np.array([2.0, 0.7])
    prior = tfd.Normal(place, width)
    error = rate_per_dimension(loc, scale, prior, 4, 7) - tfd.kl_divergence(
        tfd.Normal(loc, scale), prior
    )
    assert error.shape == (2000, 2)
    assert (np.abs(np.mean(error, axis=0)) < 5 * np.std(error, axis=0) / np.sqrt(2000)).all()
    found = rate_per_dimension(LOC, SCALE, prior, 4, 7)
    np.testing.assert_allclose(rate(LOC, SCALE, prior, 4, 7), found.sum(axis=-1))
    vectors = tfd.MultivariateNormalDiag(place, width)
    assert rate_per_dimension(LOC, SCALE, vectors) is None
    np.testing.assert_allclose(rate(LOC, SCALE, vectors, 4, 7), found.sum(axis=-1), rtol=1e-6)


def test_the_number_of_samples_and_the_seed_of_a_rate_are_checked():
    for options, name in (({"num_samples": 0}, "num_samples"), ({"seed": -1}, "seed")):
        with pytest.raises(ValueError, match=f"`{name}` must"):
            rate(LOC, SCALE, NORMAL, **options)
    assert rate(LOC, SCALE, NORMAL, num_samples=1).shape == (30,)
