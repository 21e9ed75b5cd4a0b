"""A report that was written to a file is the same report when it is read."""

import dataclasses
import json

import pytest
from failing_models import make

from keras_vae_collapse.diagnostics import Cause, Explanation, diagnose
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.saved_report import report_from_dict


@pytest.mark.parametrize("kind", ["noisy", "inactive"])
def test_a_report_survives_its_json(kind):
    report = diagnose(make(kind), num_samples=2)
    causes = [Cause("too_short", 0.5, "<evidence>", "remedy", ("epochs=9",))]
    explanation = Explanation(causes, {"rate_nats": 1.0, "singular_values": [1.0, 2.0]}, [], True)
    for written in (report, type(report)(**{**vars(report), "explanation": explanation})):
        text = written.to_json()
        read = report_from_dict(json.loads(text))
        assert read.to_json() == text
        assert read.to_html("train") == written.to_html("train")
        assert read.to_text("train") == written.to_text("train")


def test_a_remedy_of_no_recipe_is_read_without_one():
    report = diagnose(make("noisy"), num_samples=1)
    written = dataclasses.replace(report, remedies=[Remedy("name", "why", "class")])
    assert report_from_dict(json.loads(written.to_json())).remedies == written.remedies


def test_what_was_not_finite_is_nan():
    report = diagnose(make("noisy"), num_samples=2)
    value = json.loads(report.to_json())
    value["figures"]["iw_nll_nats"] = value["dimensions"][0]["mean"] = None
    read = report_from_dict(value)
    assert read.figures["iw_nll_nats"] != read.figures["iw_nll_nats"]
    assert read.dimensions[0].mean != read.dimensions[0].mean
    assert read.steps is None and read.explanation is None  # which were not given


@pytest.mark.parametrize("value", [{}, {"verdict": "healthy"}, {"explanation": 3}])
def test_another_file_is_refused(value):
    with pytest.raises(ValueError, match="it is not a collapse report"):
        report_from_dict(value)
