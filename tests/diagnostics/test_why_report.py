"""The explanation in the report: text, page and JSON."""

import dataclasses
import json
import xml.etree.ElementTree

import failing_models
import numpy as np
import pytest

from keras_vae_collapse.diagnostics import Cause, Explanation, diagnose
from keras_vae_collapse.diagnostics.why_plots import why_plots


@pytest.fixture(scope="module")
def explanation():
    cause = Cause(
        "weight_too_high",
        0.85,
        "The rate weighs 40 <too much>.",
        "Lower the weight.",
        ("rate_term.weight=1.0",),
    )
    figures = {
        "rate_nats": 0.01,
        "relative_weight": 40.0,
        "amortisation_gap_nats": 0.2,
        "worth_by_position": np.linspace(0.0, 1.0, 200),
        "singular_values": np.array([0.5, 0.1, 0.0]),
        "eigenvalues": np.array([7.0, 3.0, 1.0]),
    }
    return Explanation([cause], figures, ["Something was not looked at."], True)


@pytest.fixture(scope="module")
def report(explanation):
    found = diagnose(failing_models.make("inactive"), num_samples=2)
    return dataclasses.replace(found, explanation=explanation)


def test_the_text_names_cause_evidence_and_remedy(report):
    text = report.to_text()
    assert "1. weight_too_high (0.85)" in text and "Remedy: Lower the weight." in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_page_has_the_causes_and_three_pictures_and_needs_nothing_from_outside(report):
    page = report.to_html()
    assert "weight too high" in page and "&lt;too much&gt;" in page
    assert "--set rate_term.weight=1.0" in page and "Something was not looked at." in page
    assert page.count("<svg") == 6
    assert "http-equiv" not in page and "<script" not in page and 'src="http' not in page


def test_the_pictures_are_well_formed(explanation):
    for caption, picture in why_plots(explanation.figures):
        assert caption.endswith(".")
        xml.etree.ElementTree.fromstring(picture)


def test_json_has_plain_numbers_and_only_where_it_was_asked_for(report):
    value = json.loads(report.to_json())["explanation"]
    assert value["causes"][0]["settings"] == ["rate_term.weight=1.0"]
    assert len(value["figures"]["worth_by_position"]) == 200
    plain = dataclasses.replace(report, explanation=None)
    assert "explanation" not in json.loads(plain.to_json()) and "why" not in plain.to_text()


def test_a_healthy_model_has_no_causes():
    healthy = Explanation([], {"rate_nats": 5.0}, [], False)
    assert healthy.to_text() == "no cause found: z is used"
