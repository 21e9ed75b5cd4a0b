"""What the figures of a run say of its latent, and what to try."""

import pytest

from keras_vae_collapse.diagnostics.remedies import (
    COLLAPSED,
    HEALTHY,
    IGNORED,
    UNDECIDED,
    remedies_for,
)
from keras_vae_collapse.training.report.verdict import remedies_of, use_of_latent

RECIPE = {"name": "base", "latent_dim": 4}


def figures(information=0.25, gap=3.0, rate=1.0, active=0):
    return {
        "mutual_information_nats": information, "z_gap_nats": gap, "rate_nats": rate,
        "active_units": active, "examples": 1000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "steps", "expected"),
    [
        (figures(-0.25), None, (COLLAPSED, "z carries 0.00 nats about the input, next to nothing")),
        (
            figures(2.0, 0.125),
            500,
            (IGNORED, "z carries 2.00 nats about the input, but another z costs only 0.12 nats"),
        ),
        (
            figures(),
            7,
            (UNDECIDED, "z carries 0.25 nats about the input after 7 steps; train longer"),
        ),
        (
            figures(2.0),
            7,
            (
                None,
                "z carries 2.00 nats about the input, and the decoder uses it: with the z of "
                "another example the log-likelihood is 3.00 nats lower",
            ),
        ),
    ],
)
def test_the_sentence_has_the_figures_behind_the_verdict(found, steps, expected):
    assert use_of_latent(found, steps) == expected


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (figures(), "inactive"),
        (figures(rate=1.25), "inactive"),  # a nat more than what is carried
        (figures(rate=1.3125), "input-independent"),
        (figures(rate=1.3125, active=2), "input-independent"),
        (figures(rate=1.3125, active=3), "noisy"),  # of four
    ],
)
def test_a_collapse_has_the_remedies_of_its_cause(found, cause):
    rate, active = found["rate_nats"], found["active_units"]
    expected = remedies_for(COLLAPSED, cause, 1000, rate, active, RECIPE)
    assert remedies_of(COLLAPSED, found, RECIPE) == expected
    causes = {"inactive", "noisy", "input-independent"} - {cause}
    assert all(expected != remedies_for(COLLAPSED, c, 1000, rate, active, RECIPE) for c in causes)
    # 4 ln 1000 = 27.6
    targets = {remedy.settings.get("rate_term.rate_nats") for remedy in expected}
    assert targets <= {None, 28} and 28 in targets


def test_other_verdicts_have_remedies_without_a_cause():
    assert remedies_of(None, figures(2.0), RECIPE) == remedies_for(HEALTHY, None, 1000)
    ignored = remedies_for(IGNORED, None, 1000, 1.0, 0, RECIPE)
    assert remedies_of(IGNORED, figures(2.0, 0.1), RECIPE) == ignored != []
