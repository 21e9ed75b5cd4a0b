"""The state of each dimension of posteriors made by hand."""

import numpy as np
import pytest
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics import Thresholds
from keras_vae_collapse.diagnostics.dimensions import count_states, examine_dimensions, moments_of

tfd = tfp.distributions
SIGNS = np.tile([-1.0, 1.0], 100)


def examined(loc, scale, **options):
    loc = np.array(loc, float)[:, np.newaxis]
    scale = np.broadcast_to(np.array(scale, float)[..., np.newaxis], loc.shape).copy()
    (found,) = examine_dimensions(loc, scale, Thresholds(**options))
    return found


def test_figures_of_a_dimension_are_averages_over_the_set():
    found = examined(0.1 * SIGNS + 0.5, np.where(SIGNS > 0, 2.0, 4.0), active_information_nats=9.0)
    assert found.index == 0 and found.state == "noisy"
    assert found.mean == pytest.approx(0.5) and found.scale == pytest.approx(3.0)
    assert found.noise_variance == pytest.approx(10.0)
    assert found.mean_variance == pytest.approx(0.01 * 200 / 199)
    mean_square = 0.25 + 0.01
    kl = (mean_square + 10.0 - 1.0 - np.log(2.0 * 4.0)) / 2
    assert found.kl_nats == pytest.approx(kl)
    assert found.why.endswith("the noise has 995 times its variance") and not found.equals_prior


@pytest.mark.parametrize(
    ("offset", "state", "why"),
    [
        # KL of N(m, 1) to the prior is m^2 / 2.
        (0.14, "inactive", "the posterior is the prior for every input"),
        (0.15, "inactive", "the posterior hardly depends on the input: mean 0.15, scale 1"),
    ],
)
def test_a_posterior_is_the_prior_below_a_hundredth_of_a_nat(offset, state, why):
    found = examined(np.full(200, offset), 1.0)
    assert (found.state, found.why) == (state, why)
    assert found.equals_prior is (offset == 0.14)
    assert found.kl_nats == pytest.approx(offset**2 / 2)


@pytest.mark.parametrize(("limit", "active"), [(0.5, True), (0.7, False)])
def test_a_dimension_is_active_by_its_information_alone(limit, active):
    # Two codes that cannot be confused: log 2.
    found = examined(SIGNS, 0.01, active_information_nats=limit, active_variance=9.0)
    assert found.information_nats == pytest.approx(np.log(2.0), abs=1e-6)
    assert found.state == ("active" if active else "inactive")
    assert not active or found.why == "carries 0.69 nats about the input"


def test_a_variance_at_the_threshold_is_noise():
    options = {"active_information_nats": 9.0}
    variance = float(SIGNS.var(ddof=1))
    assert examined(SIGNS, 1.0, **options, active_variance=variance).state == "noisy"
    assert examined(SIGNS, 1.0, **options, active_variance=1.01 * variance).state == "inactive"


def test_states_are_counted_and_a_joint_prior_has_no_kl_of_a_dimension():
    loc = np.stack([SIGNS, 0 * SIGNS], axis=-1)
    prior = tfd.MultivariateNormalDiag(np.zeros(2))
    found = examine_dimensions(loc, np.full_like(loc, 0.1), Thresholds(), prior)
    assert count_states(found) == {"active": 1, "inactive": 1, "noisy": 0}
    assert [(d.kl_nats, d.equals_prior, d.index) for d in found] == [
        (None, False, 0),
        (None, False, 1),
    ]


def test_moments_of_gaussians_are_theirs_and_of_others_in_units_of_the_prior():
    loc, scale = np.array([[1.0, -2.0]]), np.array([[0.5, 2.0]])
    assert moments_of(loc, scale, None)[0] is loc

    def stretched(loc, scale):
        return tfd.MultivariateNormalDiag(2.0 * loc, 3.0 * scale)

    prior = tfd.MultivariateNormalDiag(np.zeros(2, "float32"), np.full(2, 4.0, "float32"))
    means, deviations = moments_of(loc, scale, prior, stretched)
    np.testing.assert_allclose(means, 2.0 * loc / 4.0, rtol=1e-6)
    np.testing.assert_allclose(deviations, 3.0 * scale / 4.0, rtol=1e-6)
