"""What the objective asks for, and what the decoder needs, on both sides of the thresholds."""

import numpy as np
import pytest
from made_figures import distortion, found, our_latent, survey

from keras_vae_collapse.diagnostics.causes import objective
from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT
from keras_vae_collapse.losses import GECO


def too_high(beta, values, squared=False, **figures):
    figures = {"kind": distortion(squared=squared), **figures}
    values = None if values is None else np.array(values)
    return objective.weight_too_high(found(relative_weight=beta, eigenvalues=values, **figures))


@pytest.mark.parametrize(
    ("beta", "values", "high"),
    [
        (4.0, [16.0, 1.0], False),  # log(16 / 4) is exactly half of log(16)
        (4.1, [16.0, 1.0], True),
        (1.1, [1.15], False),
        (1.11, [1.15], True),
        (0.0, [16.0], False),
        (None, [16.0], False),
        (5.0, [1.0, 0.5], False),  # there is nothing to be lost
        (2.0, None, True),
        (1.99, None, False),
        (0.0, None, False),
    ],
)
def test_a_weight_is_too_high_where_it_takes_more_than_half_of_the_nats(beta, values, high):
    assert (too_high(beta, values) is not None) is high


@pytest.mark.parametrize(
    ("nats", "history", "high"), [(0.045, None, True), (0.055, None, False), (0.045, 1.0, False)]
)
def test_a_gaussian_of_too_large_a_scale_leaves_a_twentieth_of_a_nat(nats, history, high):
    values = [np.exp(2 * nats), 0.5]
    cause = too_high(1.0, values, squared=True, history_worth_nats=history)
    assert (cause is not None) is high
    if high:
        assert "1 of 2 dimensions stand above" in cause.evidence and cause.score == 0.8
        assert cause.settings == ("rate_term.weight=0.1",)


def test_the_score_grows_with_what_is_lost_and_with_the_weight():
    # Of log 16 log 2 is kept at a weight of 8.
    assert too_high(8.0, [16.0]).score == pytest.approx(0.8 + 0.09 * 0.75 * (1 - 1 / 8))
    nothing_there = too_high(2.0, [0.9, 0.5], squared=True)
    assert nothing_there.score == pytest.approx(0.8 + 0.09 * 0.5)


def test_dimensions_are_counted_above_the_weight_among_those_of_the_latent():
    cause = too_high(4.5, [9.0, 4.5, 1.0, 0.9, 7.0], latent_dim=4)
    assert "are 9, 4.5, 1 in units" in cause.evidence and ": 1 of 2 dimensions" in cause.evidence
    assert "lower the weight below 9 " in cause.remedy
    assert cause.settings == ("rate_term.weight=1.0",)


@pytest.mark.parametrize(
    ("beta", "setting"), [(1.1, "rate_term.weight=0.1"), (1.2, "rate_term.weight=1.0")]
)
def test_a_weight_of_about_one_is_to_be_lowered_below_it(beta, setting):
    assert too_high(beta, [0.9, 0.5], squared=True).settings == (setting,)


def test_the_weight_of_a_geco_is_lowered_by_asking_for_half_of_the_distortion():
    geco = survey(distortion(), site=our_latent(GECO(60.0)))
    cause = too_high(9.0, [16.0], survey=geco, distortion_nats=40.0)
    assert cause.settings == ("rate_term.distortion_nats=20",)
    assert "40.0 nats, is below its target of 60" in cause.remedy
    assert "GECO(distortion_nats=20)" in cause.remedy


@pytest.mark.parametrize(
    ("history", "z", "strong"),
    [
        (0.5, 0.0, True),
        (0.49, 0.0, False),
        (5.0, 1.0, True),
        (4.9, 1.0, False),
        (1.0, -1.0, True),
        (1.0, None, False),
    ],
)
def test_a_generator_is_strong_where_its_history_is_worth_five_times_as_much(history, z, strong):
    cause = objective.generator_strong(found(history_worth_nats=history, z_worth_nats=z))
    assert (cause is not None) is strong


@pytest.mark.parametrize(
    ("figures", "held"),
    [
        ({"rate_nats": 24.9}, True),  # 4 log 512 = 24.95
        ({"rate_nats": 25.0}, False),
        ({"rate_nats": 1.0, "objective": CONSTANT}, False),
    ],
)
def test_a_rate_is_only_to_be_held_where_it_is_below_four_times_the_log(figures, held):
    cause = objective.generator_strong(found(history_worth_nats=60.0, **figures))
    dropout = ("history_dropout=CharDropout", "history_dropout.rate=0.6")
    target = ("rate_term=MDRConstraint", "rate_term.rate_nats=25") if held else ()
    assert cause.settings == (*dropout, *target)
    assert ("MDRConstraint" in cause.remedy) is held
    assert ("more of it would not help" in cause.remedy) is not held


@pytest.mark.parametrize(
    ("nats", "z", "flat"),
    [(0.21, 0.2, False), (0.19, 0.2, True), (0.21, 0.19, True), (0.21, None, False)],
)
def test_a_decoder_is_flat_below_a_fifth_of_a_nat(nats, z, flat):
    # Two directions of the same size s carry log(1 + s^2) / 2 each.
    values = np.full(2, np.sqrt(np.expm1(nats)))
    cause = objective.not_identifiable(found(singular_values=values, z_worth_nats=z))
    assert (cause is not None) is flat
    assert objective.not_identifiable(found(z_worth_nats=z)) is None  # nothing was measured
    if flat:
        assert cause.score == 0.5 and f"room for {nats:.2g} nats" in cause.evidence


@pytest.mark.parametrize(("largest", "score"), [(2.9e-3, 0.75), (3.1e-3, 0.5)])
def test_a_decoder_that_has_unlearnt_z_is_not_flat_by_construction(largest, score):
    values = np.array([largest, 0.0])
    assert objective.not_identifiable(found(singular_values=values)).score == score


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([np.exp(2.0), 1.5, 0.5, 0.5, 50.0], "would explain 1.2 nats"),
        ([np.inf], "would explain more"),
        (None, "would explain more"),
    ],
)
def test_what_z_would_explain_is_half_the_log_of_each_variance_above_one(values, text):
    eigenvalues = None if values is None else np.array(values)
    about = found(singular_values=np.zeros(2), eigenvalues=eigenvalues, information_nats=-0.3)
    evidence = objective.not_identifiable(about).evidence
    assert text in evidence and "carries 0 nats" in evidence
