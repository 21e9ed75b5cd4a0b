"""The figures of `metrics.json` on the page of a run."""

import re
import types

import pytest

from keras_vae_collapse.training.report.final_figures import figures_section

DEV = {
    "lines": 1234, "score": 12.34567, "distance": 16.0, "count": 16, "examples": 16,
    "rate_nats": 1234.5678, "kind": "text",
    "beam": {"width": 8, "score": 0.5, "count": 16, "per_kind": {"N": {"score": 0.25}}},
    "per_tag": {"a_b": {"c": {"score": 1.0, "deeper": {"score": 2.0}}}},
}  # fmt: skip


def shown(html):
    return re.findall("<span>(.*?)</span><span>(.*?)</span>", html)


@pytest.mark.parametrize("part", ["dev", "held_out"])
def test_each_figure_is_shown_once_and_those_of_parts_are_folded_away(part):
    run = types.SimpleNamespace(metrics={part: DEV})
    html = figures_section(run) if part == "dev" else figures_section(run, part)
    whole, parts = html.split("<details><summary>of parts of the set</summary>")
    assert shown(whole) == [
        ("lines", "1,234"), ("score", "12.3457"), ("distance", "16.0000"),
        ("beam 8: score", "0.5000"), ("rate R (nats/example)", "1,234.568"), ("examples", "16"),
    ]  # fmt: skip
    assert shown(parts) == [
        ("per tag: a b: c: score", "1.0000"), ("beam 8: per kind: N: score", "0.2500"),
    ]  # fmt: skip
    assert 'title="KL(q(z|x) || p(z)), mean over the set"' in whole


@pytest.mark.parametrize("metrics", [{}, {"dev": None}, {"held_out": DEV}])
def test_before_there_are_figures_there_is_no_section(metrics):
    assert figures_section(types.SimpleNamespace(metrics=metrics)) == ""


def test_without_a_beam_and_parts_nothing_is_folded():
    dev = {"accuracy": 0.5, "beam": None}
    html = figures_section(types.SimpleNamespace(metrics={"dev": dev}))
    assert shown(html) == [("accuracy", "0.5000")] and "details" not in html
