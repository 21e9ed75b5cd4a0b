"""What the loss asks for a nat of rate, of gradients made by hand."""

import types

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination import pricing
from keras_vae_collapse.diagnostics.examination.measurements import Measurements
from keras_vae_collapse.losses import MaximumMeanDiscrepancy


@pytest.mark.parametrize(("weight", "held"), [(0.02, 0.7), (0.2, None)])
def test_a_weight_that_is_small_here_is_looked_at_far_out(weight, held, monkeypatch):
    monkeypatch.setattr(pricing, "weight_far_out", lambda passes, data: 0.7)
    unit = np.array([[1.0, -2.0]])
    gradients = {"sources": [weight * unit], "rate_sources": [unit]}
    passes = types.SimpleNamespace(
        sites=[types.SimpleNamespace(rate_term=None)], rows=lambda block: block,
        backward=lambda data, z: types.SimpleNamespace(averaged=None, gradients=gradients),
    )  # fmt: skip
    survey = types.SimpleNamespace(distortion=None)
    figures = Measurements(1.0, 1.0, 64, 2, survey=survey, rate_in_loss=True)
    pricing.weigh_rate(figures, passes, np.arange(8), None)
    assert figures.rate_weight == pytest.approx(weight) and figures.held_weight == held
    assert pricing.price_of_rate(figures) == pytest.approx(held or weight)


def test_a_multiple_is_told_from_what_is_none():
    unit = [np.array([1.0, 2.0, -2.0]), None, np.array([3.0])]
    assert pricing.multiple_of([0.5 * unit[0], None, 0.5 * unit[2]], unit) == pytest.approx(0.5)
    # A floor that frees two thirds of the square still has a mean weight; nine tenths do not.
    half = [np.array([0.0, 0.0, -2.0]), None, np.array([3.0])]
    assert pricing.multiple_of(half, unit) == pytest.approx(13 / 18)
    assert pricing.multiple_of([np.array([1.0, 0.0, 0.0]), None, None], unit) is None
    assert pricing.multiple_of([None, None, None], unit) == 0.0
    assert pricing.multiple_of([np.ones(3)], [np.zeros(3)]) is None
    assert pricing.multiple_of([np.ones(3)], [None]) is None


@pytest.mark.parametrize(
    ("weight", "held", "price"),
    [(None, None, 1.0), (None, 0.3, 0.3), (0.5, None, 0.5), (0.1, 0.3, 0.3), (0.1, 0.15, 0.1)],
)
def test_the_price_of_a_nat_is_that_beyond_the_target(weight, held, price):
    figures = Measurements(1.0, 1.0, 64, 2, rate_weight=weight, held_weight=held)
    assert pricing.price_of_rate(figures) == price


@pytest.mark.parametrize(
    ("squared", "weight", "nats"),
    [(None, 0.2, 1.0), (False, 0.2, 8.0), (True, 0.2, 5.0), (True, 3.0, 8.0), (True, 0.0, 8.0)],
)
def test_a_unit_of_a_squared_error_is_what_the_rate_makes_it(squared, weight, nats):
    kind = squared is not None and types.SimpleNamespace(squared=squared, nats_per_loss=8.0)
    survey = types.SimpleNamespace(distortion=kind or None)
    figures = Measurements(1.0, 1.0, 64, 2, survey=survey, rate_weight=weight)
    assert pricing.nats_of_loss(figures) == nats


def weighed(rate_term=None, objective="rate", distortion=None, in_loss=True, weight=0.2):
    unit = np.array([[1.0, -2.0]])
    gradients = {"sources": [weight * unit], "rate_sources": [unit]}
    passes = types.SimpleNamespace(
        sites=[types.SimpleNamespace(rate_term=rate_term)], rows=lambda block: block,
        backward=lambda data, z: types.SimpleNamespace(averaged=8.0, gradients=gradients),
    )  # fmt: skip
    survey = types.SimpleNamespace(distortion=distortion)
    figures = Measurements(
        1.0, 1.0, 64, 2, survey=survey, rate_in_loss=in_loss, objective=objective
    )
    pricing.weigh_rate(figures, passes, np.arange(8), None)
    assert figures.averaged_over == 8.0
    return figures


@pytest.mark.parametrize(
    ("squared", "coefficient", "relative"), [(False, 0.1, 2.0), (True, 1.0, 0.2), (None, 1.0, 0.2)]
)
def test_the_weight_is_for_each_nat_of_distortion(squared, coefficient, relative):
    kind = squared is not None and types.SimpleNamespace(squared=squared, coefficient=0.1)
    figures = weighed(distortion=kind or None)
    assert figures.rate_weight == pytest.approx(0.2)
    assert figures.distortion_weight == coefficient
    assert figures.relative_weight == pytest.approx(relative)


def test_a_rate_beside_a_distance_has_the_weight_that_it_was_given():
    term = MaximumMeanDiscrepancy(100.0, rate_weight=0.5)
    assert weighed(term).rate_weight == 0.5
    assert weighed(term, in_loss=False).rate_weight == pytest.approx(0.2)
    for objective in ("constant", "distance"):
        assert weighed(term, objective).rate_weight is None


@pytest.mark.parametrize(
    ("weight", "in_loss", "held"), [(0.049, True, 0.7), (0.05, True, None), (0.0, False, None)]
)
def test_only_a_small_weight_that_is_in_the_loss_is_looked_at_far_out(
    monkeypatch, weight, in_loss, held
):
    monkeypatch.setattr(pricing, "weight_far_out", lambda passes, data: 0.7)
    assert weighed(weight=weight, in_loss=in_loss).held_weight == held


@pytest.mark.parametrize(("kept", "multiple"), [(0.26, True), (0.24, False)])
def test_a_gradient_is_a_multiple_where_a_quarter_of_its_square_is_one(kept, multiple):
    unit = np.array([1.0, 0.0])
    gradient = np.array([np.sqrt(kept), np.sqrt(1.0 - kept)])
    assert (pricing.multiple_of([gradient], [unit]) is not None) is multiple


@pytest.mark.parametrize(("weight", "nats"), [(1.0, 8.0), (0.99, 1 / 0.99), (-0.5, 8.0)])
def test_only_a_weight_between_0_and_1_makes_a_gaussian_of_its_own(weight, nats):
    kind = types.SimpleNamespace(squared=True, nats_per_loss=8.0)
    survey = types.SimpleNamespace(distortion=kind)
    figures = Measurements(1.0, 1.0, 64, 2, survey=survey, rate_weight=weight)
    assert pricing.nats_of_loss(figures) == pytest.approx(nats)


def test_a_target_is_one_where_the_weight_beyond_it_is_more_than_twice_as_much():
    figures = Measurements(1.0, 1.0, 64, 2, rate_weight=0.125, held_weight=0.25)
    assert pricing.price_of_rate(figures) == 0.125
