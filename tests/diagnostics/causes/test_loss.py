"""Faults of the loss, each on both sides of its thresholds, with the line to change."""

import dataclasses
import types

import pytest
from made_figures import distortion, found, our_latent, survey

from keras_vae_collapse.diagnostics.causes import loss
from keras_vae_collapse.diagnostics.examination.bound_site import BoundSite
from keras_vae_collapse.diagnostics.examination.objectives import DISTANCE
from keras_vae_collapse.losses import KLDivergence, MaximumMeanDiscrepancy, MDRConstraint


@pytest.mark.parametrize(
    ("site", "why", "remedy"),
    [
        (BoundSite(None), "penalty of the bound is left out", "loss = mean(distortion) + penalty"),
        (types.SimpleNamespace(), "no rate is added", "sum(self.losses)"),
        (our_latent(), "the latent has no rate term", "rate_term=KLDivergence()"),
        (our_latent(KLDivergence()), "the training step leaves out the losses", "sum(self.losses)"),
    ],
)
def test_a_missing_rate_is_looked_for_where_the_latent_is(site, why, remedy):
    cause = loss.rate_not_in_loss(found(rate_in_loss=False, survey=survey(site=site)))
    assert why in cause.evidence and remedy in cause.remedy
    assert cause.settings == ("rate_term=KLDivergence",)


def test_a_rate_of_which_nothing_is_known_is_not_said_to_be_missing():
    assert loss.rate_not_in_loss(found(rate_in_loss=None)) is None
    callables = dataclasses.replace(found(rate_in_loss=False), survey=None)
    assert "no rate is added" in loss.rate_not_in_loss(callables).evidence


@pytest.mark.parametrize(
    ("weight", "kind", "held", "stuck"),
    [
        (0.0099, None, None, True),
        (0.01, None, None, False),
        # The Gaussian of a squared error k (o - t)^2 makes a nat of 2 k: the weight is twice this.
        (0.0008, distortion(0.2, squared=True), None, True),
        (0.0012, distortion(0.2, squared=True), None, False),
        (0.0015, distortion(0.2), None, True),
        (0.0025, distortion(0.2), None, False),
        (0.0, None, 0.0099, True),
        (0.0, None, 0.01, False),
        (None, None, None, False),
    ],
)
def test_a_nat_of_rate_that_costs_less_than_a_hundredth_is_free(weight, kind, held, stuck):
    cause = loss.weight_stuck_at_zero(found(rate_weight=weight, kind=kind, held_weight=held))
    assert (cause is not None) is stuck
    assert cause is None or cause.settings == ("rate_term=KLDivergence",)


def test_a_multiplier_that_stands_at_its_bound_is_no_schedule():
    held = survey(site=our_latent(MDRConstraint(5.0)))
    assert loss.weight_stuck_at_zero(found(survey=held, rate_weight=0.0)) is None
    scheduled = survey(site=our_latent(KLDivergence()))
    assert loss.weight_stuck_at_zero(found(survey=scheduled, rate_weight=0.0)) is not None


@pytest.mark.parametrize(
    ("weight", "in_loss", "stuck"), [(0.005, True, True), (0.02, True, False), (0.0, False, False)]
)
def test_a_distance_is_asked_for_its_own_weight(weight, in_loss, stuck):
    term = MaximumMeanDiscrepancy(weight)
    about = found(
        survey=survey(site=our_latent(term)), objective=DISTANCE, rate_in_loss=in_loss,
        rate_weight=None,
    )  # fmt: skip
    cause = loss.weight_stuck_at_zero(about)
    assert (cause is not None) is stuck
    if stuck:
        assert "The MMD weighs 0.005" in cause.evidence
        assert cause.settings == ("rate_term.weight=100.0",)


@pytest.mark.parametrize(
    ("figures", "unit"),
    [
        ({"averaged_over": 8.0}, "8"),
        ({"distortion_weight": 0.125}, "8"),
        ({"distortion_weight": 0.6}, "1.67"),
        ({"distortion_weight": 0.7}, None),
        ({"averaged_over": 1.5}, "1.5"),
        ({"averaged_over": 8.0, "rate_weight": 1.5 / 8}, "8"),
        ({"averaged_over": 8.0, "rate_weight": 1.4 / 8}, None),
        ({"averaged_over": 8.0, "rate_weight": None}, None),
        ({"averaged_over": 8.0, "relative_weight": None}, None),
        ({"distortion_weight": 0.0}, None),
        ({}, None),
    ],
)
def test_unknown_outputs_are_averaged_by_what_the_graph_or_the_callables_say(figures, unit):
    cause = loss.distortion_averaged(found(**figures))
    assert (cause and cause.evidence.split("has 1/")[1].split(" ")[0]) == unit
    assert unit is None or f"multiply it by {unit}." in cause.remedy


@pytest.mark.parametrize(
    ("squared", "figures", "averaged"),
    [
        (False, {"relative_weight": 1.5}, True),
        (False, {"relative_weight": 1.49}, False),
        # Of an error the scale is open: only the average is one to take away.
        (True, {"rate_weight": 1.5 / 8, "relative_weight": 9.0}, True),
        (True, {"rate_weight": 1.4 / 8, "relative_weight": 9.0}, False),
    ],
)
def test_an_average_matters_where_the_rate_weighs_half_as_much_again(squared, figures, averaged):
    kind = distortion(1 / 8, squared=squared)
    assert (loss.distortion_averaged(found(kind=kind, **figures)) is not None) is averaged


@pytest.mark.parametrize(
    ("times", "size", "averaged"),
    [
        (1.0, 8.0, True),
        (1.019, 8.0, True),
        (0.981, 8.0, True),
        (1.021, 8.0, False),
        (0.979, 8.0, False),
        (1.0, 1.6, True),
        (1.0, 1.5, False),
        (1.0, 1.0, False),
    ],
)
def test_an_average_shows_as_one_over_a_size_within_rounding(times, size, averaged):
    kind = distortion(times / size, sizes=(size,))
    cause = loss.distortion_averaged(found(kind=kind, relative_weight=8.0))
    assert (cause is not None) is averaged
    assert not averaged or f"it averages over {size:.3g} elements" in cause.evidence


@pytest.mark.parametrize(("averaged_over", "unit"), [(1.03, "1/1.03 "), (1.02, None), (1.0, None)])
def test_an_average_of_the_graph_is_more_than_rounding(averaged_over, unit):
    about = found(kind=distortion(), averaged_over=averaged_over, relative_weight=2.0)
    assert (unit in loss.distortion_averaged(about).evidence) if unit else (
        loss.distortion_averaged(about) is None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("squared", "categorical", "name"),
    [(True, False, "GaussianNLL"), (False, True, "SequenceNLL"), (False, False, "BernoulliNLL")],
)
def test_the_sum_to_compile_with_is_that_of_the_outputs(squared, categorical, name):
    kind = distortion(1 / 8, squared, categorical=categorical)
    remedy = loss.distortion_averaged(found(kind=kind, relative_weight=8.0)).remedy
    assert f"as keras_vae_collapse.losses.{name}()," in remedy and "by 8." in remedy


@pytest.mark.parametrize(
    ("weight", "rows", "summed"),
    [(64.0, 64, True), (65.2, 64, True), (65.4, 64, False), (2.0, 2, True), (1.0, 1, False)],
)
def test_a_rate_that_is_summed_over_the_batch_weighs_as_many_times_too_much(weight, rows, summed):
    cause = loss.distortion_averaged(found(kind=distortion(rows=rows), rate_weight=weight))
    assert (cause is not None) is summed
    assert not summed or f"weighs {rows} times too much in a batch of {rows}" in cause.evidence


@pytest.mark.parametrize(
    ("weight", "dims", "averaged"),
    [
        (0.25, 4, True),
        (0.25 * 1.019, 4, True),
        (0.25 * 1.021, 4, False),
        (0.5, 2, True),
        (1.0, 1, False),
    ],
)
def test_a_rate_that_is_averaged_over_its_dimensions_weighs_too_little(weight, dims, averaged):
    figures = {"kind": distortion(), "rate_weight": weight, "latent_dim": dims}
    cause = loss.distortion_averaged(found(**figures))
    assert (cause is not None) is averaged
    assert not averaged or f"averages over {dims} latent dimensions" in cause.evidence
    # A rate term of ours sums: such a weight is then what it was given.
    ours = survey(distortion(), site=our_latent(KLDivergence(weight)))
    assert loss.distortion_averaged(found(**{**figures, "survey": ours})) is None


@pytest.mark.parametrize(("share", "counted"), [(0.49, False), (0.5, True)])
def test_padding_is_counted_or_not_but_for_rounding(share, counted):
    assert (loss.padding_counted(found(counted_padding=share)) is not None) is counted
