"""The amortisation gap of losses whose best posterior is known."""

import types

import numpy as np
import pytest
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.examination.amortisation import amortisation_gap, direction_gap

tfd = tfp.distributions
ROWS, PRECISION = 8_192, 3.0
WANTED = np.array([2.0, -1.0])


def bowl(scale=1.0):
    """Passes of a loss `scale * PRECISION / 2 |z - WANTED|^2`."""
    return types.SimpleNamespace(
        rows=lambda block: len(block),
        forward=lambda rows, z: types.SimpleNamespace(
            loss=scale * PRECISION / 2 * float(np.mean(np.sum((z - WANTED) ** 2, axis=-1)))
        ),
        backward=lambda rows, z: types.SimpleNamespace(
            gradients={"z": [scale * PRECISION * (z - WANTED) / rows]}
        ),
    )


def negative_elbo(loc, variance, weight, prior_variance=1.0):
    """Of one example, in closed form."""
    distortion = PRECISION / 2 * np.sum((loc - WANTED) ** 2 + variance)
    ratio = variance / prior_variance
    rate = np.sum(loc**2 / prior_variance + ratio - 1.0 - np.log(ratio)) / 2
    return distortion + weight * rate


def gap_from(loc, scale, weight=1.0, nats_per_loss=1.0, prior=None):
    start = np.tile(loc, (ROWS, 1)), np.tile(scale, (ROWS, 1))
    options = nats_per_loss, weight, np.random.default_rng(0)
    return amortisation_gap(bowl(1 / nats_per_loss), np.arange(ROWS), *start, *options, prior=prior)


@pytest.mark.parametrize("weight", [1.0, 0.25])
@pytest.mark.parametrize("prior_scale", [1.0, 2.0])
@pytest.mark.parametrize("nats_per_loss", [1.0, 20.0])
def test_the_gap_is_what_the_best_posterior_gains(weight, prior_scale, nats_per_loss):
    prior = None if prior_scale == 1.0 else tfd.Normal(0.0, prior_scale)
    precision = PRECISION + weight / prior_scale**2
    best, variance = PRECISION * WANTED / precision, np.full(2, weight / precision)
    given = weight, prior_scale**2
    lost = negative_elbo(np.zeros(2), np.ones(2), *given) - negative_elbo(best, variance, *given)
    options = weight, nats_per_loss, prior
    found = gap_from(np.zeros(2), np.ones(2), *options)
    # 24 steps come near the best; 4 draws of all rows have an error of half a hundredth of it.
    assert 0.9 * lost < found < 1.02 * lost
    assert gap_from(best, np.sqrt(variance), *options) < 0.02 * lost


def test_a_direction_is_moved_to_where_the_loss_is_lower():
    best = np.array([[1.0, 0.0, 0.0]])
    passes = types.SimpleNamespace(
        rows=lambda block: len(block),
        forward=lambda rows, z: types.SimpleNamespace(loss=float(-5.0 * np.mean(z @ best.T))),
        backward=lambda rows, z: types.SimpleNamespace(
            gradients={"z": [np.repeat(-5.0 * best / rows, rows, axis=0)]}
        ),
    )
    sideways = np.repeat([[0.0, 1.0, 0.0]], 16, axis=0)

    def gap(loc):
        return direction_gap(passes, np.arange(16), loc, 50.0, 2.0, np.random.default_rng(0))

    # From a right angle the mean cosine rises to nearly 1: 5 units of the loss, 2 nats each.
    assert 7.0 < gap(sideways) < 10.5
    assert gap(np.repeat(best, 16, axis=0)) < 0.5
