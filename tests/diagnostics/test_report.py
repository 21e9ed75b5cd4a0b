import dataclasses
import html.parser
import json
import re

import failing_models
import pytest

from keras_vae_collapse.diagnostics import diagnose


@pytest.fixture(scope="module")
def report():
    return diagnose(failing_models.too_noisy(), num_samples=2)


class Page(html.parser.HTMLParser):
    """Collects tags and text, and checks that tags are closed in order."""

    VOID = {"meta", "br", "wbr"}

    def __init__(self, text):
        super().__init__()
        self.stack, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_text_says_verdict_states_and_remedies_with_flags():
    text = diagnose(failing_models.too_weak(), num_samples=2).to_text()
    assert text.startswith("verdict: COLLAPSED\n")
    assert "0 active, 4 too weak, 0 too noisy" in text
    assert "python train.py --recipe=mdr --set rate_nats=23" in text  # 4 ln 300 = 22.8
    assert "keras_vae_collapse.losses.MDRConstraint" in text
    assert text.index("--recipe=mdr") < text.index("--recipe=delta_vae")


def test_json_holds_everything_as_numbers(report):
    value = json.loads(report.to_json())
    assert value["verdict"] == "collapsed"
    assert value["figures"] == json.loads(json.dumps(report.figures))
    assert len(value["rate_per_word"]) == failing_models.ROWS
    assert value["dimensions"][0]["state"] == "too noisy"
    assert value["remedies"][0]["flag"] == "--recipe=bn_vae"
    assert value["thresholds"]["active_variance"] == 0.01
    assert value["state_counts"] == {"active": 0, "too weak": 0, "too noisy": 4}


def test_json_has_null_for_what_is_not_finite(report):
    infinite = dataclasses.replace(report, figures={**report.figures, "iw_nll_nats": float("inf")})
    assert json.loads(infinite.to_json())["figures"]["iw_nll_nats"] is None


def test_page_is_well_formed_and_needs_no_network(report):
    text = report.to_html()
    page = Page(text)
    assert page.tags.count("svg") == 3
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    for name, value in page.attributes:
        if name in ("src", "href", "xlink:href", "data"):
            assert value.startswith("#"), (name, value)
    assert not re.search(r"url\((?!#)|@import", text)


def test_page_shows_each_dimension_sample_and_remedy(report):
    text = " ".join(Page(report.to_html()).text)
    for dimension in report.dimensions:
        assert dimension.why in text
    for sample in report.samples:
        assert sample.label in text
    for remedy in report.remedies:
        assert remedy.flag in text and remedy.part in text and remedy.why in text


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
    page = Page(evil_report.to_html())
    assert "script" not in page.tags and "b" not in page.tags
    assert evil in page.text


def test_page_of_each_model_renders():
    for name in ("healthy", "too_weak", "constant_shift", "latent_ignored", "few_dimensions"):
        Page(diagnose(getattr(failing_models, name)(), num_samples=1).to_html())
