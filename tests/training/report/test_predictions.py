"""The table of predictions of the page of a run."""

import pytest

from keras_vae_collapse.tensorboard.sample_predictions import predictions_table
from keras_vae_collapse.training.report.predictions import predictions_html


@pytest.mark.parametrize("text", ["a b", "a\u2028b", "a\x85b"])
def test_a_row_is_there_whatever_separates_its_words(text):
    rows, gold = [(text,), ("c",)], [text, "c"]
    page = predictions_html(predictions_table(("sentence",), rows, gold, ["a", "c"]))
    assert page.count("<tr>") == 3 and "1 of 2 right" in page
