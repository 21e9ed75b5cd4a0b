"""Each cause on figures made by hand, on both sides of its threshold."""

import dataclasses

import numpy as np
import pytest
from made_figures import distortion, found, survey

from keras_vae_collapse.diagnostics import conclusions
from keras_vae_collapse.diagnostics.causes import loss, objective, path, training
from keras_vae_collapse.losses import MDRConstraint


def test_a_path_without_gradient_is_disconnected():
    assert path.z_disconnected(found()) is None
    assert path.z_disconnected(found(z_in_loss=False)).name == "z_disconnected"


@pytest.mark.parametrize(
    "fault",
    [
        {"posterior_spread": 0.0},
        {"survey": survey(dead_layer="relu")},
        {"survey": survey(encoder_blocked=True)},
    ],
)
def test_a_posterior_that_is_one_for_all_ignores_the_input(fault):
    for spread in (1.0, 1e-4):  # little is said, but of each example its own
        assert path.posterior_ignores_input(found(posterior_spread=spread)) is None
    cause = path.posterior_ignores_input(found(**fault))
    assert cause.name == "posterior_ignores_input"
    assert "relu" in cause.evidence or "survey" not in fault or fault["survey"].encoder_blocked


def test_dead_units_are_what_a_heavy_rate_did():
    dead = survey(dead_layer="relu", encoder_blocked=True)
    names = [c and c.name for c in conclusions._ignored_input(found(survey=dead))]
    assert names == ["posterior_ignores_input", None]
    heavy = found(survey=dead, relative_weight=60.0, eigenvalues=None)
    ignored, weight = conclusions._ignored_input(heavy)
    assert weight.name == "weight_too_high" and weight.score > ignored.score
    # An averaged distortion is the same weight, with a line of its own to change.
    dead.distortion = distortion(coefficient=1.0 / 60.0, sizes=(60.0,))
    averaged = found(survey=dead, relative_weight=60.0, eigenvalues=None, averaged_over=60.0)
    ignored, weight = conclusions._ignored_input(averaged)
    assert weight.name == "distortion_averaged" and weight.score > ignored.score
    cut_off = found(survey=survey(encoder_blocked=True), relative_weight=60.0)
    ignored, weight = conclusions._ignored_input(cut_off)
    assert ignored.name == "posterior_ignores_input" and weight is None


def test_no_path_to_the_rate_and_a_weight_of_zero_are_two_causes():
    assert loss.rate_not_in_loss(found()) is None and loss.weight_stuck_at_zero(found()) is None
    missing = found(rate_in_loss=False, rate_weight=0.0)
    assert loss.rate_not_in_loss(missing).name == "rate_not_in_loss"
    assert loss.weight_stuck_at_zero(missing) is None
    zero = found(rate_weight=0.0, kind=distortion())
    assert loss.rate_not_in_loss(zero) is None
    assert loss.weight_stuck_at_zero(zero).name == "weight_stuck_at_zero"


def test_a_term_that_holds_a_target_is_not_stuck_at_zero():
    held = found(rate_weight=-0.02, held_weight=0.9, kind=distortion())
    assert loss.weight_stuck_at_zero(held) is None


def test_a_small_weight_beside_an_averaged_squared_error_is_not_zero():
    small = found(rate_weight=1e-3, kind=distortion(2.0 / 784, squared=True))
    assert loss.weight_stuck_at_zero(small) is None


def test_an_average_is_a_cause_only_where_the_rate_is_a_sum():
    averaged = found(kind=distortion(1 / 8), relative_weight=8.0)
    cause = loss.distortion_averaged(averaged)
    assert cause.name == "distortion_averaged" and "1/8" in cause.evidence
    both = found(kind=distortion(1 / 8), rate_weight=1 / 8, relative_weight=1.0)
    assert loss.distortion_averaged(both) is None
    assert loss.distortion_averaged(found(kind=distortion(1.0))) is None


@pytest.mark.parametrize("factor", [2.0, 1.0])
def test_the_average_of_a_squared_error_is_that_of_its_slope_or_of_half_of_it(factor):
    kind = distortion(factor / 24, squared=True, sizes=(24.0,))
    assert "1/24 of" in loss.distortion_averaged(found(kind=kind)).evidence
    none = distortion(3.0 / 24, squared=True, sizes=(24.0,))
    assert "24" not in getattr(loss.distortion_averaged(found(kind=none)), "evidence", "")


def test_an_average_in_the_graph_is_found_whatever_the_factor_beside_it():
    mean = found(kind=distortion(1.85, squared=True, sizes=(24.0,)), averaged_over=24.0)
    assert "24" in loss.distortion_averaged(mean).evidence
    summed = found(kind=distortion(44.4, squared=True, sizes=(24.0,)), averaged_over=1.0)
    assert loss.distortion_averaged(summed) is None


def test_a_rate_that_is_averaged_over_dimensions_is_the_same_fault():
    cause = loss.distortion_averaged(found(kind=distortion(), rate_weight=0.25))
    assert cause.name == "distortion_averaged" and "4 latent dimensions" in cause.evidence
    # A rate term that a training step calls by itself holds a target by such a weight.
    holds = survey(distortion(), layers=[MDRConstraint(8.0)])
    assert loss.distortion_averaged(found(survey=holds, rate_weight=0.25)) is None


def test_padding_counts_or_not():
    assert loss.padding_counted(found(counted_padding=None)) is None
    assert loss.padding_counted(found(counted_padding=0.0)) is None
    assert loss.padding_counted(found(counted_padding=1.0)).name == "padding_counted"


def test_a_dimension_survives_below_its_eigenvalue():
    values = np.array([9.0, 4.0, 1.0, 1.0])
    kind = distortion()
    assert objective.weight_too_high(found(kind=kind, eigenvalues=values)) is None
    high = found(kind=kind, eigenvalues=values, relative_weight=10.0)
    assert objective.weight_too_high(high).name == "weight_too_high"
    assert objective.weight_too_high(high).score == pytest.approx(0.8 + 0.09 * 0.9)  # all is lost
    some = found(kind=kind, eigenvalues=np.array([9.0, 4.0, 1.2, 0.9]), relative_weight=4.5)
    assert ": 1 of 3 dimensions stand" in objective.weight_too_high(some).evidence
    # log(9/2) + log(4/2) against log 9 + log 4: 61% are kept.
    half = found(kind=kind, eigenvalues=values, relative_weight=2.0)
    assert objective.weight_too_high(half) is None


def test_a_gaussian_of_too_large_a_scale_has_a_weight_that_is_too_high():
    kind = distortion(squared=True)
    flat = found(kind=kind, eigenvalues=np.array([0.5, 0.1]))
    assert objective.weight_too_high(flat).name == "weight_too_high"
    reads = dataclasses.replace(flat, history_worth_nats=3.0)
    assert objective.weight_too_high(reads) is None


@pytest.mark.parametrize(("used", "names"), [(False, ["generator_strong"]), (True, [])])
def test_only_where_z_is_not_used_a_history_is_to_blame(used, names):
    strong = found(kind=distortion(), history_worth_nats=30.0, z_worth_nats=0.1)
    causes = conclusions._causes_of_degree(strong, None, np.arange(8), used, seed=0)
    assert [cause.name for cause in causes if cause] == names


def test_a_history_worth_much_more_than_z_is_a_strong_generator():
    assert objective.generator_strong(found(history_worth_nats=None)) is None
    assert objective.generator_strong(found(history_worth_nats=20.0)) is None
    strong = found(history_worth_nats=20.0, z_worth_nats=0.1)
    assert objective.generator_strong(strong).name == "generator_strong"


def test_a_flat_decoder_is_not_identifiable():
    values = np.array([1.5, 1.0])
    assert objective.not_identifiable(found(singular_values=values)) is None
    flat = found(singular_values=np.array([1e-3, 1e-4]), z_worth_nats=0.0)
    assert objective.not_identifiable(flat).name == "not_identifiable"


def test_an_encoder_lags_where_more_is_lost_than_said():
    assert training.encoder_lags(found(amortisation_gap_nats=4.9)) is None
    lagging = found(amortisation_gap_nats=6.0)
    assert training.encoder_lags(lagging).name == "encoder_lags"
    assert training.encoder_lags(dataclasses.replace(lagging, z_worth_nats=40.0)) is None
    assert training.encoder_lags(found(amortisation_gap_nats=0.4, rate_nats=0.0)) is None
    frozen = found(survey=survey(frozen=(3, 3)))
    assert "frozen" in training.encoder_lags(frozen).evidence


def test_a_loss_that_falls_as_it_has_fallen_was_trained_too_short():
    early = found(iterations=100, start_nats=30.0, distortion_nats=25.0)
    # 1 nat in 20 steps: 5 nats in as many steps again as the 100 that brought 5.
    assert training.too_short(early, 1.0, 20).name == "too_short"
    assert training.too_short(early, 0.4, 20) is None
    assert training.too_short(dataclasses.replace(early, iterations=0), 0.0, 20).score > 0.9
    assert training.undecided(dataclasses.replace(early, iterations=500)) is None
