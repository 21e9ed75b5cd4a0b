"""The table of predictions of the page of a run."""

import re

import pytest

from keras_vae_collapse.tensorboard.sample_predictions import predictions_table
from keras_vae_collapse.training.report.predictions import predictions_html


@pytest.mark.parametrize("text", ["a b", "a\u2028b", "a\x85b"])
def test_a_row_is_there_whatever_separates_its_words(text):
    rows, gold = [(text,), ("c",)], [text, "c"]
    page = predictions_html(predictions_table(("sentence",), rows, gold, ["a", "c"]))
    assert page.count("<tr>") == 3 and "1 of 2 right" in page


def cells(page):
    return [
        re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>.*?</tr>", page)
    ]


def test_right_and_wrong_are_marked_and_what_is_wrong_is_bold():
    rows = [("a|b", "N"), ("c", "V"), ("d", "V")]
    page = predictions_html(
        predictions_table(("word", "pos"), rows, ["x*", "abc", "e"], ["x*", "aXc", ""])
    )
    assert cells(page) == [
        ["", "word", "pos", "gold", "prediction"],
        ["✓", "a|b", "N", "x*", "x*"],
        ["✗", "c", "V", "abc", "a<strong>X</strong>c"],
        ["✗", "d", "V", "e", "<small>(empty)</small>"],
    ]
    assert re.findall('<td class="(.*?)">', page) == ["good", "bad", "bad"]
    assert page.startswith('<p class="note">1 of 3 right. In a wrong prediction <strong>bold</')


def test_what_is_to_be_reproduced_is_shown_once():
    page = predictions_html(predictions_table(("text",), [("a",), ("b",)], ["a", "b"], ["a", "c"]))
    assert cells(page)[0] == ["", "text", "prediction"]
    assert cells(page)[1:] == [["✓", "a", "a"], ["✗", "b", "<strong>c</strong>"]]
    page = predictions_html(predictions_table(("text",), [("a",), ("b",)], ["a", "d"], ["a", "d"]))
    assert cells(page)[0] == ["", "text", "gold", "prediction"]


@pytest.mark.parametrize(
    "text", ["", "a text", "s\n| a |\n| - |", "s\n| a | b |\n| - |\n| c | d |"]
)
def test_what_is_no_table_gives_nothing(text):
    assert predictions_html(text) == ""
