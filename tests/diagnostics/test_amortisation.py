"""The amortisation gap of losses whose best posterior is known."""

import types

import numpy as np
import pytest
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.examination import amortisation
from keras_vae_collapse.diagnostics.examination.amortisation import amortisation_gap, direction_gap
from keras_vae_collapse.diagnostics.examination.objectives import BOUND, DISTANCE, RATE

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


def gap_of_loss(distortion, weight, scale, prior=None, **changes):
    """`gap_of` where the loss is `scale D + weight R`, from the prior, and the passes."""
    passes = bowl(scale)
    site = types.SimpleNamespace(prior=prior, layer=types.SimpleNamespace(concentration=50.0))
    passes.sites, passes.shapes = [site], changes.pop("shapes", [(2,)])
    figures = types.SimpleNamespace(
        **{
            "survey": types.SimpleNamespace(distortion=distortion), "objective": RATE,
            "rate_in_loss": True, "rate_weight": weight, "held_weight": None, **changes,
        }
    )  # fmt: skip
    start = np.zeros((ROWS, 2)), np.ones((ROWS, 2))
    return amortisation.gap_of(figures, passes, np.arange(ROWS), *start, np.random.default_rng(0))


def kind(squared, coefficient=1.0):
    nats_per_loss = 1.0 if squared else 1.0 / coefficient
    return types.SimpleNamespace(squared=squared, nats_per_loss=nats_per_loss)


@pytest.mark.parametrize(
    ("distortion", "weight", "scale", "beta", "unit"),
    [
        (None, 0.5, 1.0, 0.5, 1.0),
        (kind(False, 0.1), 0.1, 0.1, 1.0, 1.0),  # a loss that averages over ten
        (kind(False, 0.1), 0.3, 0.1, 3.0, 1.0),
        (kind(True), 2.0, 1.0, 2.0, 1.0),
        (kind(True), 0.5, 1.0, 0.5, 2.0),  # nats of the Gaussian beside which the rate weighs 1
    ],
)
def test_the_gap_of_a_loss_is_in_nats_of_its_distortion(distortion, weight, scale, beta, unit):
    best, variance = PRECISION * WANTED / (PRECISION + beta), np.full(2, beta / (PRECISION + beta))
    lost = negative_elbo(np.zeros(2), np.ones(2), beta) - negative_elbo(best, variance, beta)
    found = gap_of_loss(distortion, weight, scale)
    assert 0.9 * lost * unit < found < 1.02 * lost * unit


def test_a_standard_prior_is_none_and_one_of_another_scale_is_not():
    plain = gap_of_loss(None, 1.0, 1.0)
    assert gap_of_loss(None, 1.0, 1.0, prior=tfd.Normal(np.zeros(2, "f"), 1.0)) == plain
    for prior in (tfd.Normal(0.0, 2.0), tfd.Normal(1.0, 1.0), tfd.Laplace(0.0, 1.0)):
        assert gap_of_loss(None, 1.0, 1.0, prior=prior) != pytest.approx(plain, rel=1e-3)
        # Of several draws, or of sequences of them, it is only known for the standard prior.
        for shapes in ([(1,), (1,)], [(1, 2)]):
            assert gap_of_loss(None, 1.0, 1.0, prior=prior, shapes=shapes) is None
    assert gap_of_loss(None, 1.0, 1.0, shapes=[(1,), (1,)]) == plain


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": BOUND}, {"objective": DISTANCE}, {"rate_in_loss": False},
        {"weight": 0.0}, {"weight": -0.1},
    ],
)  # fmt: skip
def test_an_objective_without_a_price_of_the_rate_has_no_gap(changes):
    assert gap_of_loss(None, **{"weight": 1.0, "scale": 1.0, **changes}) is None
