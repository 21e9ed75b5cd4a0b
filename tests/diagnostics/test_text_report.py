"""The lines of a report that was made by hand."""

import dataclasses

import pytest
from made_report import DIMENSIONS, dimension, made_report

from keras_vae_collapse.diagnostics import Cause, Explanation, SampleOutput
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.text_report import provenance, sample_table

TEXT = """\
verdict: PARTIAL
(1,600 examples drawn from 2,000, K = 7, seed 3)

- It is so.

figures
  rate R (nats/example)                      1,234.500
  examples                                       1,600
  samples per example (K)                            7

outputs
  input  gold  right z  permuted z  z from the prior
  in     out   out      other       out

dimensions (1 active, 1 inactive, 1 noisy)
  d  state     information  KL     Var mu  E sigma^2
  1  active    1.500        1.250  0.25    0.5
  0  noisy     0.010        2.000  0.25    9
  2  inactive  -0.020       3.000  1e-09   0.5

what to try, in this order
  1. bits
     in your own model: FreeBitsKL"""


def test_a_report_is_a_text_of_five_parts():
    assert made_report().to_text() == TEXT
    shorter = made_report(samples=[], remedies=[]).to_text()
    assert "outputs" not in shorter and shorter.endswith("0.5") and "what to try" not in shorter


def test_remedies_are_numbered_and_each_has_its_command():
    remedies = [Remedy("bits", "", "FreeBitsKL", "free_bits"), Remedy("less", "", "Latent")]
    text = made_report(remedies=remedies).to_text("train")
    assert text.endswith(
        "  1. bits\n     train --recipe=free_bits\n     in your own model: FreeBitsKL\n"
        "  2. less\n     the command of this model again, with \n     in your own model: Latent"
    )


def test_findings_are_wrapped_under_their_dash_and_long_words_stay_whole():
    lines = made_report(findings=["word " * 20, "x" * 100]).to_text().splitlines()
    assert lines[3] == "- " + " ".join(["word"] * 15) and lines[4] == "  " + "word " * 4 + "word"
    assert "- " + "x" * 100 in lines


def test_an_explanation_stands_under_why_and_is_indented():
    explanation = Explanation([Cause("too_short", 0.5, "word " * 30, "Go on.")], {}, [], True)
    text = made_report(explanation=explanation).to_text()
    assert "\n\nwhy\n  1. too_short (0.50)\n     word word" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "why" not in made_report().to_text()


@pytest.mark.parametrize(("count", "more"), [(10, None), (11, 1), (14, 4)])
def test_ten_dimensions_are_shown_the_most_informative_first(count, more):
    many = [dimension(i, "active", float(i)) for i in range(count)]
    lines = made_report(dimensions=many).to_text().splitlines()
    first = lines.index(f"dimensions ({count} active, 0 inactive, 0 noisy)")
    shown = [line.split()[0] for line in lines[first + 2 : first + 12]]
    assert shown == [str(count - 1 - i) for i in range(10)]
    after = f"  and {more} with less information; HTML and JSON have all"
    assert (lines[first + 12] == after) if more else (lines[first + 12] == "")


def test_a_joint_prior_leaves_the_kl_of_a_dimension_empty():
    joint = [dataclasses.replace(DIMENSIONS[1], kl_nats=None)]
    assert "  1  active  1.500            0.25    0.5" in made_report(dimensions=joint).to_text()


def test_a_set_that_was_used_as_a_whole_was_not_drawn():
    whole = made_report(total_rows=1600)
    assert provenance(whole) == "1,600 examples, K = 7, seed 3"


def test_gold_is_a_column_where_there_is_any():
    with_gold = SampleOutput("a", "g", "r", "p", "q")
    without = dataclasses.replace(with_gold, gold=None)
    assert sample_table([without]) == (
        ["input", "right z", "permuted z", "z from the prior"],
        [["a", "r", "p", "q"]],
    )
    header, rows = sample_table([with_gold, without])
    assert header[1] == "gold" and rows == [["a", "g", "r", "p", "q"], ["a", None, "r", "p", "q"]]


@pytest.mark.parametrize(("length", "cut"), [(39, False), (40, True)])
def test_outputs_are_cut_to_80_columns_and_no_further(length, cut):
    # The other columns and the blanks before each take 80 - 39.
    text = made_report(samples=[SampleOutput("a" * length, None, "r", "p", "q")]).to_text()
    (line,) = [line for line in text.splitlines() if line.startswith("  aaa")]
    assert ("…" in line) is cut
    assert line.startswith("  " + ("a" * 38 + "…" if cut else "a" * 39) + "  r   ")
