"""An explanation as text and as JSON."""

import json

import numpy as np
import pytest

from keras_vae_collapse.diagnostics import Cause, Explanation

CAUSE = Cause("too_short", 0.876, "It was short, far too short.", "Go on.", ("epochs=9", "a.b=c"))


def test_causes_are_numbered_and_wrapped_under_their_number():
    other = Cause("padding_counted", 0.5, "Padding counts.", "Mask it.")
    explanation = Explanation([CAUSE, other], {}, ["A note that is longer than a line."], True)
    assert explanation.to_text(columns=28).splitlines() == [
        "1. too_short (0.88)",
        "   It was short, far too",
        "   short.",
        "   Remedy: Go on.",
        "   In a recipe: --set",
        "   epochs=9 --set a.b=c",
        "2. padding_counted (0.50)",
        "   Padding counts.",
        "   Remedy: Mask it.",
        "note: A note that is longer",
        "  than a line.",
    ]
    assert max(map(len, explanation.to_text().splitlines())) <= 80


@pytest.mark.parametrize(
    ("collapsed", "text"), [(False, "no cause found: z is used"), (True, "no cause found")]
)
def test_a_collapse_without_a_cause_is_not_said_to_use_z(collapsed, text):
    assert Explanation([], {}, [], collapsed).to_text() == text


def test_json_has_null_where_a_figure_is_not_finite_in_whatever_it_is_nested():
    figures = {
        "a": np.float32(0.5), "b": np.inf, "c": np.array([[1.0, np.nan], [2.0, 3.0]]),
        "d": [np.float64(-np.inf), 4.0], "e": 7,
    }  # fmt: skip
    value = json.loads(Explanation([CAUSE], figures, ["note"], True).to_json())
    expected = {"a": 0.5, "b": None, "c": [[1.0, None], [2.0, 3.0]], "d": [None, 4.0], "e": 7}
    assert value["figures"] == expected
    assert value["notes"] == ["note"] and value["collapsed"] is True
    assert value["causes"][0]["settings"] == ["epochs=9", "a.b=c"]
