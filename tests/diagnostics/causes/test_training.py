"""An encoder that lags and a training that was too short, on both sides of their thresholds."""

import numpy as np
import pytest
from made_figures import found, survey

from keras_vae_collapse.diagnostics.causes import training
from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT


@pytest.mark.parametrize(
    ("gap", "figures", "lags"),
    [
        (None, {}, False),
        (5.0, {"rate_nats": 5.0, "z_worth_nats": None}, True),
        (4.9, {"rate_nats": 5.0, "z_worth_nats": None}, False),
        (0.5, {"rate_nats": 0.0, "z_worth_nats": None}, True),
        (0.49, {"rate_nats": 0.0, "z_worth_nats": None}, False),
        # The z of another example costs twice what the right one gives.
        (6.0, {"rate_nats": 0.0, "z_worth_nats": 12.0}, True),
        (6.0, {"rate_nats": 0.0, "z_worth_nats": 12.1}, False),
        # A constant rate is nothing that the encoder says; what it says is the information.
        (5.0, {"rate_nats": 9.0, "objective": CONSTANT, "z_worth_nats": 0.0}, True),
        (3.9, {"rate_nats": 0.0, "objective": CONSTANT, "z_worth_nats": 0.0}, False),
    ],
)
def test_an_encoder_lags_where_at_least_as_much_is_lost_as_said(gap, figures, lags):
    cause = training.encoder_lags(found(amortisation_gap_nats=gap, **figures))
    assert (cause is not None) is lags


def test_the_more_is_lost_beside_what_is_said_the_surer_it_is():
    even = training.encoder_lags(found(amortisation_gap_nats=5.0))
    assert even.score == pytest.approx(0.6 + 0.25 / 2) and "few steps" not in even.evidence
    all_lost = training.encoder_lags(
        found(amortisation_gap_nats=5.0, rate_nats=0.0, z_worth_nats=0.0), gain_nats=1.5
    )
    assert all_lost.score == pytest.approx(0.85)
    assert "encoder alone gain 1.50 nats" in all_lost.evidence


@pytest.mark.parametrize(("frozen", "lags"), [((3, 3), True), ((2, 3), False), ((0, 0), False)])
def test_only_an_encoder_that_is_frozen_as_a_whole_cannot_follow(frozen, lags):
    cause = training.encoder_lags(found(survey=survey(frozen=frozen)))
    assert (cause is not None) is lags
    if lags:
        assert "All 3 weight matrices" in cause.evidence and cause.settings == ()


@pytest.mark.parametrize(
    ("start", "distortion", "fall", "short"),
    [
        # In 20 of 100 steps: five times as much in as many steps again.
        (30.0, 25.0, 0.5, True),  # 2.5 of 5 are still to come
        (30.0, 25.0, 0.49, False),
        (30.0, 29.0, 0.31, True),  # a hundredth of the start is no fall
        (30.0, 29.0, 0.3, False),
        (-30.0, -31.0, 0.3, False),
        (1.0, 1.0, 0.051, True),
        (1.0, 1.0, 0.05, False),
        (25.0, 30.0, 0.3, True),  # it has risen
        (30.0, 25.0, None, False),
        (None, 25.0, 0.5, False),
    ],
)
def test_a_training_was_too_short_where_half_as_much_is_still_to_come(
    start, distortion, fall, short
):
    figures = found(iterations=100, start_nats=start, distortion_nats=distortion)
    cause = training.too_short(figures, fall, 20)
    assert (cause is not None) is short
    if short:
        assert cause.settings == ("epochs=10",)
        assert f"it has fallen by {max(start - distortion, 0):.1f}." in cause.evidence


def test_steps_that_are_not_known_are_not_too_few():
    figures = {"start_nats": 30.0, "distortion_nats": 30.0, "iterations": None}
    assert training.too_short(found(**figures), 5.0, 20) is None
    assert training.undecided(found(**figures)) is None


@pytest.mark.parametrize(("gap", "young"), [(None, True), (1.0, True), (1.01, False)])
def test_an_encoder_that_lags_by_more_than_the_fall_is_not_merely_young(gap, young):
    figures = found(
        iterations=100, start_nats=30.0, distortion_nats=30.0, amortisation_gap_nats=gap
    )
    short, lags = training.too_short(figures, 1.0, 20).score, 0.6 + 0.25
    assert short > lags if young else 0.5 < short < 0.7


@pytest.mark.parametrize(
    ("iterations", "largest", "open_"),
    [
        (199, None, True),
        (200, None, False),
        (199, 0.1415, True),  # 0.02 of the square: room for a hundredth of a nat
        (199, 0.1414, False),
    ],
)
def test_few_steps_are_too_few_to_judge_a_decoder_that_is_not_flat(iterations, largest, open_):
    values = None if largest is None else np.array([largest, 0.0])
    cause = training.undecided(found(iterations=iterations, singular_values=values))
    assert (cause is not None) is open_
    assert not open_ or "fewer than 200" in cause.evidence and cause.name == "too_short"
