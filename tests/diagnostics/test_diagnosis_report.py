import dataclasses
import json
import re

import pytest
from failing_models import ROWS, make
from page_text import PageText

from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.diagnostics.html_page import INK, page
from keras_vae_collapse.diagnostics.html_report import remedy_list
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.text_report import dimension_rows


@pytest.fixture(scope="module")
def report():
    return diagnose(make("noisy"), num_samples=2)


def test_a_remedy_is_a_command_where_there_is_one_and_a_part_anywhere():
    remedy = Remedy("free bits", "why & how", "FreeBitsKL", "free_bits", {"free_nats": 2})
    item = "<li><strong>free bits</strong><br>why &amp; how<br>{}in your own model: <code>"
    for command, call in (
        ("kvc-train", "<code>kvc-train --recipe=free_bits --set free_nats=2</code><br>"),
        (None, ""),
    ):
        expected = f"<ol>{item.format(call)}FreeBitsKL</code></li></ol>"
        assert remedy_list([remedy], command) == expected
    assert remedy_list([], "kvc-train") == ""


def test_text_says_verdict_states_and_remedies():
    report = diagnose(make("inactive"), num_samples=2)
    text = report.to_text()
    assert text.startswith("verdict: COLLAPSED\n")
    assert "0 active, 4 inactive, 0 noisy" in text
    parts = [text.index(remedy.part) for remedy in report.remedies]
    assert parts == sorted(parts) and "--recipe" not in text
    # 4 ln 300 = 22.8
    assert "train --recipe=mdr --set rate_term.rate_nats=23\n" in report.to_text("train")


def test_text_fits_a_terminal(report):
    dimensions = [dataclasses.replace(report.dimensions[0], index=i) for i in range(64)]
    label = " + ".join(["a long input"] * 9)
    samples = [dataclasses.replace(sample, label=label) for sample in report.samples]
    wide = dataclasses.replace(report, dimensions=dimensions, samples=samples)
    lines = wide.to_text("train").splitlines()
    assert max(map(len, lines)) <= 80
    first = next(i for i, line in enumerate(lines) if line.startswith("dimensions"))
    assert lines[first:].index("") <= 24
    assert "and 54 with less information" in "\n".join(lines)


def test_json_holds_everything_as_numbers(report):
    value = json.loads(report.to_json())
    assert value["verdict"] == "collapsed"
    assert value["figures"] == json.loads(json.dumps(report.figures))
    assert len(value["rate_per_example"]) == ROWS
    assert value["dimensions"][0]["state"] == "noisy"
    assert value["remedies"][0]["recipe"] == "bn_vae"
    assert value["thresholds"]["active_variance"] == 0.01
    assert value["state_counts"] == {"active": 0, "inactive": 0, "noisy": 4}


def test_json_has_null_for_what_is_not_finite(report):
    infinite = dataclasses.replace(report, figures={**report.figures, "iw_nll_nats": float("inf")})
    assert json.loads(infinite.to_json())["figures"]["iw_nll_nats"] is None


def test_page_is_well_formed_and_needs_no_network(report):
    text = report.to_html()
    page = PageText(text)
    assert page.tags.count("svg") == 3
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    for name, value in page.attributes:
        if name in ("src", "href", "xlink:href", "data"):
            assert value.startswith("#"), (name, value)
    assert not re.search(r"url\((?!#)|@import", text)


def test_page_shows_each_dimension_sample_and_remedy(report):
    text = PageText(report.to_html("train")).text
    for dimension in report.dimensions:
        assert dimension.why in text
    for sample in report.samples:
        assert sample.label in text
    for remedy in report.remedies:
        assert f"train {remedy.options()}" in text and remedy.part in text and remedy.why in text
    assert "--recipe" not in report.to_html()


def test_the_most_informative_dimension_comes_first():
    report = diagnose(make("healthy"), num_samples=2)
    shown = [float(row[2]) for row in dimension_rows(report)]
    assert shown == sorted(shown, reverse=True) and shown[0] > shown[-1]


def test_the_page_has_dark_ink_on_white_unless_a_dark_scheme_is_preferred():
    light, _, dark = page("title", []).partition("@media (prefers-color-scheme: dark)")
    assert f"--ink: {INK};" in light and "--paper: #ffffff;" in light
    assert "--paper: " in dark and "#ffffff" not in dark


def test_page_escapes_all_that_comes_from_outside(report):
    evil = "<script>alert('x')</script>&\"<b>"
    samples = [
        dataclasses.replace(
            sample, label=evil, gold=evil, right=evil + "r", permuted=evil, prior=evil
        )
        for sample in report.samples
    ]
    evil_report = dataclasses.replace(
        report,
        samples=samples,
        findings=[evil],
        dimensions=[dataclasses.replace(d, why=evil) for d in report.dimensions],
    )
    page = PageText(evil_report.to_html())
    assert "script" not in page.tags and "b" not in page.tags
    assert evil in page.text


def test_page_of_each_model_renders():
    for name in ("healthy", "inactive", "input_independent", "latent_ignored", "few_dimensions"):
        PageText(diagnose(make(name), num_samples=1).to_html())


def test_probes_of_labels_are_on_the_page_and_in_the_json(report):
    probe = {"accuracy": 0.75, "majority_share": 0.5, "labels": 2, "examples": 300}
    probed = dataclasses.replace(report, probes={"<case>": probe})
    page = probed.to_html()
    assert "&lt;case&gt;" in page and "0.7500" in page and "linear probe of z" in page
    assert json.loads(probed.to_json())["probes"]["<case>"]["accuracy"] == 0.75
    assert "linear probe" not in report.to_html()
    assert "probes" not in json.loads(report.to_json())
