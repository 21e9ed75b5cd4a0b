"""The parts of a page, of a report that was made by hand."""

import dataclasses

import pytest
from made_report import made_report
from page_text import PageText

from keras_vae_collapse.diagnostics import Cause, Explanation, SampleOutput, html_page, html_report
from keras_vae_collapse.diagnostics.html_page import page, section, themed, verdict_badge
from keras_vae_collapse.diagnostics.html_report import render_html, report_parts


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    for name in ("kl_per_dimension_plot", "signal_and_noise_plot", "rate_histogram"):
        monkeypatch.setattr(html_report, name, lambda report, name=name: f"<b>{name}</b>")


def parts(**changes):
    return dict(report_parts(made_report(**changes)))


def cells(part):
    """The rows of the table in a part: a list of the HTML of each cell."""
    rows = part.split("<tr>")[2:]
    return [row.partition("</tr>")[0].removesuffix("</td>").split("</td>") for row in rows]


def test_a_page_has_a_section_for_each_part_that_is_not_empty():
    text = render_html(made_report())
    assert text.count("<section>") == 6 and "<h2>Why</h2>" not in text
    assert "<title>Posterior collapse: partial</title>" in text
    order = ["</h1>", "<h2>Figures", "<h2>Pictures", "<h2>Outputs", "<h2>What to try", "<h2>Dim"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "free_bits" not in text and "train --recipe=free_bits" in render_html(
        made_report(), "train"
    )
    least = render_html(made_report(samples=[], remedies=[]))
    assert least.count("<section>") == 4 and "What to try" not in least
    assert page("a < b", ["", "x"]).count("a &lt; b") == 1


def test_the_verdict_has_its_provenance_and_findings():
    part = parts()["Verdict"]
    assert "1,600 examples drawn from 2,000, K = 7, seed 3" in part
    assert "<ul><li>It is so.</li></ul>" in part


def test_outputs_are_marked_right_or_wrong_and_what_is_the_same_is_said():
    samples = [
        SampleOutput("pos=N,num=SG", "out", "out", "other", "out"),
        SampleOutput("b", "out", "wrong", "wrong", "out"),
        SampleOutput("c", None, "x", "y", "z"),
    ]
    rows = cells(parts(samples=samples)["Outputs"])
    assert rows[0] == [
        '<td class="label">pos=N,<wbr>num=SG', "<td>out", '<td class="good">✓ out', "<td>other",
        "<td>out <small>(same)</small>",
    ]  # fmt: skip
    assert rows[1][2:] == ['<td class="bad">✗ wrong', "<td>wrong <small>(same)</small>", "<td>out"]
    assert rows[2][1:3] == ["<td>", '<td class="bad">✗ x']
    (row,) = cells(parts(samples=[dataclasses.replace(samples[0], gold=None)])["Outputs"])
    assert row[1:] == ["<td>out", "<td>other", "<td>out <small>(same)</small>"]


def test_dimensions_are_rows_with_a_dot_of_the_colour_of_the_state():
    part = parts()["Dimensions: 1 active, 1 inactive, 1 noisy"]
    rows = cells(part)
    blue = html_page.BLUE
    assert rows[0] == [
        '<td class="number">1',
        f'<td class="state"><span class="dot" style="background: var(--blue, {blue})"></span>'
        "active",
        *(f'<td class="number">{value}' for value in ("1.500", "1.250", "0.25", "0.5")),
        '<td class="why">why 1',
    ]
    assert part.count('class="dot"') == 3 and '<th class="number">KL (nats)</th>' in part


def test_causes_are_a_list_with_their_settings_and_notes_follow():
    causes = [
        Cause("too_short", 0.876, "It <was> short.", "Go & on.", ("epochs=9", "a.b=c")),
        Cause("padding_counted", 0.5, "It counts.", "Mask it."),
    ]
    explanation = Explanation(causes, {"rate_nats": 1.5}, ["A <note>."], True)
    part = parts(explanation=explanation)["Why"]
    assert (
        "<li><strong>too short</strong> <small>score 0.88</small><br>It &lt;was&gt; short.<br>"
        "<em>Remedy:</em> Go &amp; on.<br><code>--set epochs=9 --set a.b=c</code></li>"
    ) in part
    assert "<em>Remedy:</em> Mask it.</li></ol>" in part
    assert "<span>rate R</span><span>1.500</span>" in part
    assert part.endswith('<p class="note">A &lt;note&gt;.</p>')
    none = parts(explanation=dataclasses.replace(explanation, causes=[]))["Why"]
    assert none.startswith("<p>No cause was found: z is used.</p>")


def test_probes_are_rows_of_numbers_and_each_picture_has_its_caption():
    probe = {"accuracy": 0.75, "majority_share": 0.5, "labels": 1200}
    part = parts(probes={"case": probe})["Figures"]
    (row,) = cells(part)
    numbers = [f'<td class="number">{value}' for value in ("0.7500", "0.5000", "1,200")]
    assert row == ["<td>case", *numbers]
    assert "<th>linear probe of z</th>" in part and part.count('<th class="number">') == 3
    pictures = PageText(parts()["Pictures"])
    assert [tag for tag in pictures.tags if tag in ("b", "figcaption")] == ["b", "figcaption"] * 3


def test_a_verdict_has_its_colour_and_a_picture_those_of_the_page():
    assert 'style="background: #006d52">healthy<' in verdict_badge("healthy")
    assert 'style="background: #57606a">too short to judge<' in verdict_badge("too short to judge")
    assert themed("#ffffff #0072b2") == "#ffffff var(--blue, #0072b2)"
    assert section("a & b", "<i>c</i>") == "<section>\n<h2>a &amp; b</h2>\n<i>c</i>\n</section>"
