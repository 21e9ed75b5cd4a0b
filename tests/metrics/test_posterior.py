"""Posteriors that are no Gaussians: TFP distributions have the figures of the same in NumPy."""

import numpy as np
import pytest
import tensorflow_probability as tfp

from keras_vae_collapse.layers.von_mises_fisher_latent import von_mises_fisher
from keras_vae_collapse.metrics import latent_metrics, mutual_information, rate
from keras_vae_collapse.metrics.posterior import posterior_log_prob, standardized

tfd = tfp.distributions
RNG = np.random.default_rng(0)
LOC, SCALE = RNG.normal(size=(40, 3)), RNG.uniform(0.3, 0.6, size=(40, 3))


def gaussian(loc, scale):
    return tfd.MultivariateNormalDiag(loc, scale)


def log_prob(z, x):
    return -0.5 * np.sum((z - x) ** 2, axis=-1)


def test_a_gaussian_as_a_distribution_has_the_figures_of_one_in_numpy():
    found = [
        latent_metrics(
            log_prob,
            lambda x: (LOC, SCALE),
            LOC.astype("float32"),
            num_samples=400,
            chunk_size=2000,
            distribution=distribution,
        )
        for distribution in (None, gaussian)
    ]
    numpy, other = found
    assert other["rate_nats"] == pytest.approx(numpy["rate_nats"], rel=1e-6)  # closed form
    assert other["active_units"] == numpy["active_units"]
    # 400 draws of 40 examples (for the gaps and the information 4): deviations below 1 and 3.
    for name in ("distortion_nats", "negative_elbo_nats", "iw_nll_nats"):
        assert abs(other[name] - numpy[name]) < 5 * np.sqrt(2 / (400 * 40)), name
    for name in ("mutual_information_nats", "z_gap_nats", "prior_gap_nats"):
        assert abs(other[name] - numpy[name]) < 5 * 3 * np.sqrt(2 / (4 * 40)), name


def test_figures_of_posteriors_on_a_sphere():
    # Narrow ones at 64 places: each draw tells its input.
    loc = RNG.normal(size=(64, 8))
    loc /= np.linalg.norm(loc, axis=-1, keepdims=True)
    narrow, wide = np.full(loc.shape, 5000.0**-0.5), np.full(loc.shape, 1e-4**-0.5)
    prior = tfd.SphericalUniform(8)
    information = [
        mutual_information(loc, scale, distribution=von_mises_fisher) for scale in (narrow, wide)
    ]
    np.testing.assert_allclose(information, [np.log(64), 0.0], atol=1e-3)
    rates = rate(loc, narrow, prior, distribution=von_mises_fisher)
    expected = tfd.kl_divergence(von_mises_fisher(*map(np.float32, (loc, narrow))), prior)
    np.testing.assert_allclose(rates, expected, rtol=1e-5)
    # Coordinates of the uniform distribution have a variance of 1/8: in its units they have 1.
    np.testing.assert_allclose(standardized(loc, prior, von_mises_fisher), loc * np.sqrt(8.0))


def test_the_importance_weighted_bound_of_the_prior_as_posterior_is_that_of_plain_samples():
    scale = np.full((5, 4), 1e-8**-0.5)
    loc = np.eye(4)[[0, 1, 2, 3, 0]]
    figures = latent_metrics(
        lambda z, x: np.zeros(len(z)),
        lambda x: (loc, scale),
        loc,
        num_samples=10,
        prior=tfd.SphericalUniform(4),
        distribution=von_mises_fisher,
    )
    # Posterior and prior are one, and the decoder ignores z: every weight is 1.
    assert figures["iw_nll_nats"] == pytest.approx(0.0, abs=1e-3)
    assert figures["rate_nats"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    "distribution",
    [
        tfd.Normal,
        lambda loc, scale: gaussian(loc[:, :2], scale[:, :2]),
        lambda loc, scale: gaussian(loc[:1], scale[:1]),
    ],
    ids=["of dimensions", "of other vectors", "of other examples"],
)
def test_a_distribution_of_another_shape_is_refused(distribution):
    message = r"`distribution` must return batch shape \(40,\) and event shape \(3,\). Received: "
    with pytest.raises(ValueError, match=message):
        rate(LOC, SCALE, distribution=distribution)


def test_log_densities_are_those_of_the_distribution_also_of_gaussians():
    z = LOC + 0.5
    expected = gaussian(LOC, SCALE).log_prob(z)
    for distribution in (None, gaussian):
        found = posterior_log_prob(z, LOC, SCALE, distribution)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_means_of_gaussians_are_no_multiples_of_a_prior():
    prior = gaussian(np.zeros(3), np.full(3, 2.0))
    np.testing.assert_array_equal(standardized(LOC, prior), LOC)
    np.testing.assert_array_equal(standardized(LOC, None, gaussian), LOC)
    np.testing.assert_allclose(standardized(LOC, prior, gaussian), LOC / 2.0)
