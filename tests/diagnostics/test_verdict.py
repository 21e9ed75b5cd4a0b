"""From figures made by hand to a verdict and the sentences behind it."""

import types

import pytest

from keras_vae_collapse.diagnostics import Thresholds
from keras_vae_collapse.diagnostics.verdict import carried_fraction, findings, judge

FIGURES = {
    "mutual_information_nats": 5.0, "z_gap_nats": 8.0, "prior_gap_nats": 9.0, "examples": 1000,
    "rate_nats": 6.0, "distortion_nats": 2.0, "iw_nll_nats": 8.0,
}  # fmt: skip


def dimensions(active=0, inactive=0, noisy=0):
    states = ["active"] * active + ["inactive"] * inactive + ["noisy"] * noisy
    return [types.SimpleNamespace(state=state) for state in states]


@pytest.mark.parametrize(
    ("figures", "states", "verdict"),
    [
        ({}, (2, 2), ("healthy", None)),  # half of them are not few
        ({}, (1, 3), ("healthy", None)),  # three quarters of the code length
        ({"distortion_nats": 4.0}, (1, 3), ("healthy", None)),  # half of it is enough
        ({"distortion_nats": 4.1}, (1, 3), ("partial", "dimensions")),
        ({"distortion_nats": 4.1}, (2, 2), ("healthy", None)),
        ({"unchanged_output_fraction": 0.9}, (4,), ("partial", "outputs")),
        ({"unchanged_output_fraction": 0.89}, (4,), ("healthy", None)),
        ({"mutual_information_nats": 0.5, "rate_nats": 1.0}, (4,), ("healthy", None)),
        ({"z_gap_nats": 0.5}, (4,), ("healthy", None)),  # a tenth of the information
        ({"z_gap_nats": 0.49}, (4,), ("latent ignored", None)),
        ({"z_gap_nats": 0.2, "mutual_information_nats": 1.0}, (4,), ("healthy", None)),
        ({"z_gap_nats": 0.19, "mutual_information_nats": 1.0}, (4,), ("latent ignored", None)),
    ],
)
def test_a_verdict_changes_at_its_threshold(figures, states, verdict):
    assert judge({**FIGURES, **figures}, dimensions(*states), Thresholds()) == verdict


@pytest.mark.parametrize(
    ("rate", "states", "cause"),
    [
        (1.4375, (0, 4, 0), "inactive"),  # one nat of rate buys nothing
        (1.5, (0, 4, 0), "input-independent"),
        (1.5, (0, 1, 2), "noisy"),
        (1.4, (0, 2, 2), "inactive"),
        (1.4, (1, 1, 2), "noisy"),  # two of the three that are not active
    ],
)
def test_a_collapse_has_the_cause_of_most_of_its_dimensions(rate, states, cause):
    figures = {**FIGURES, "mutual_information_nats": 0.4375, "rate_nats": rate}
    assert judge(figures, dimensions(*states), Thresholds()) == ("collapsed", cause)


def test_a_model_that_failed_is_not_judged_before_its_least_steps():
    failed = {**FIGURES, "unchanged_output_fraction": 1.0}
    assert judge(failed, dimensions(4), Thresholds(), 199) == ("too short to judge", None)
    assert judge(failed, dimensions(4), Thresholds(), 200) == ("partial", "outputs")


@pytest.mark.parametrize(
    ("distortion", "nll", "fraction"),
    [
        (2.0, 8.0, 0.75), (0.0, 8.0, 1.0), (8.0, 8.0, 0.0), (9.0, 8.0, 0.0), (-1.0, 8.0, 0.0),
        (0.0, 0.0, 0.0), (-2.0, -1.0, 0.0),
    ],
)  # fmt: skip
def test_the_fraction_of_a_code_length_is_0_where_there_is_none(distortion, nll, fraction):
    figures = {"distortion_nats": distortion, "iw_nll_nats": nll}
    assert carried_fraction(figures) == fraction


def test_findings_say_the_figures_and_what_follows():
    figures = {
        **FIGURES, "mutual_information_nats": -0.01, "distinct_outputs": 1234,
        "unchanged_output_fraction": 0.256,
    }  # fmt: skip
    lines = findings(figures, dimensions(1, 3, 0), "collapsed", "inactive")
    assert lines[0].startswith("z carries 0.00 nats about the input; log N for these 1,000")
    assert "is 6.91," in lines[0] and "rate is 6.00 nats" in lines[0]
    assert lines[1] == "Of 4 dimensions 1 is active, 3 are inactive, 0 are noisy."
    assert "drops by 8.00" in lines[2] and "by 9.00 when z is drawn" in lines[2]
    assert "1,234 for 1,000 inputs; 25.6% stay" in lines[3]
    assert lines[4:] == ["The posterior is close to the prior for every input."]


def test_spare_dimensions_are_more_than_half_of_a_healthy_model():
    def spare(active, inactive, verdict="healthy", cause=None):
        lines = findings(FIGURES, dimensions(active, inactive), verdict, cause)
        return [line for line in lines if "spare" in line]

    (line,) = spare(1, 3)
    assert "75% of the code length" in line and "the 3 dimensions" in line
    assert spare(2, 2) == [] and spare(1, 3, "latent ignored") == []
    assert len(findings(FIGURES, dimensions(2, 2), "healthy", None)) == 3
