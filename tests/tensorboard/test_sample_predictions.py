import re
from html import unescape

import pytest
import tensorflow as tf
from event_files import texts
from small_model import run_epochs
from tensorboard.plugin_util import markdown_to_safe_html

from keras_vae_collapse.tensorboard import SamplePredictions
from keras_vae_collapse.tensorboard.sample_predictions import mark_differences, predictions_table

ROWS = [(f"kök{i}", "num=PL") for i in range(50)]
GOLD = [f"kök{i}ler" for i in range(50)]


def predictions(folder, epochs, predict, size=50, **options):
    """The tables of a training, by epoch."""
    writer = tf.summary.create_file_writer(str(folder))
    data = (("input", "slot"), ROWS[:size], GOLD[:size])
    run_epochs(SamplePredictions(writer, *data, predict, **options), epochs)
    return texts(folder, "sample_predictions")


@pytest.mark.parametrize(
    ("output", "gold", "marked"),
    [
        ("evden", "evden", "evden"),
        ("evdan", "evden", "evd**a**n"),
        ("evdn", "evden", "evd**‸**n"),
        ("evdeen", "evden", "evde**e**n"),
        ("xxden", "evden", "**xx**den"),
        ("abc", "xyzw", "**abc**"),
        ("a b", "ab", "a**␣**b"),
        ("", "evden", ""),
    ],
)
def test_differences_from_gold_are_bold(output, gold, marked):
    assert mark_differences(output, gold) == marked


def test_each_example_is_shown_with_its_own_prediction(tmp_path):
    table = predictions(tmp_path, 1, lambda: [f"out{i}" for i in range(50)], count=3)[0]
    assert re.findall(r"out\d+", table.replace("*", "")) == ["out0", "out24", "out49"]
    assert re.findall(r"kök\d+(?=ler)", table) == ["kök0", "kök24", "kök49"]


def test_special_characters_show_as_they_are():
    nasty = "a|b*c_d`e<i>&amp;~[x](y)\\#"
    html = markdown_to_safe_html(predictions_table(["in"], [[nasty]], [nasty], [nasty]))
    cells = [unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]
    assert cells == ["✓", nasty, nasty, nasty]


def test_line_break_stays_within_its_cell():
    html = markdown_to_safe_html(predictions_table(["in"], [["a\nb"]], ["a\nb"], ["a\nb"]))
    assert html.count("<tr>") == 2


def test_table_counts_and_marks_wrong_outputs():
    outputs = ["kök0ler", "kök1lar", ""]
    table = predictions_table(("input", "slot"), ROWS[:3], GOLD[:3], outputs)
    assert table.startswith("1 of 3 right.")
    header, _, *lines = table.splitlines()[-5:]
    assert header == "|  | input | slot | gold | prediction |"
    assert [line.split("|")[1].strip() for line in lines] == ["✓", "✗", "✗"]
    assert lines[0].split("|")[2:6] == [" kök0 ", " num=PL ", " kök0ler ", " kök0ler "]
    assert "*(empty)*" in lines[2]


def test_same_examples_every_epoch_spread_over_the_set(tmp_path):
    tables = predictions(tmp_path, 2, lambda: GOLD, count=3)
    assert sorted(tables) == [0, 1]
    for table in tables.values():
        inputs = [line.split("|")[2].strip() for line in table.splitlines()[-3:]]
        assert inputs == ["kök0", "kök24", "kök49"]


def test_every_counts_epochs_and_the_last_has_a_table(tmp_path):
    assert sorted(predictions(tmp_path, 7, lambda: GOLD, every=3)) == [2, 5, 6]


def test_fewer_examples_than_asked_for_are_all_shown(tmp_path):
    assert "0 of 2 right" in predictions(tmp_path, 1, lambda: ["", ""], size=2, count=20)[0]


def test_no_table_without_predictions(tmp_path):
    assert predictions(tmp_path, 1, lambda: None) == {}


@pytest.mark.parametrize("name", ["count", "every"])
def test_impossible_options_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must"):
        SamplePredictions(None, ("input",), ROWS, GOLD, list, **{name: 0})


def test_twenty_examples_are_shown_after_every_epoch_by_default(tmp_path):
    tables = predictions(tmp_path, 2, lambda: GOLD)
    assert sorted(tables) == [0, 1]
    assert all(table.startswith("20 of 20 right.") for table in tables.values())


def test_the_line_below_the_header_has_a_cell_for_each_column():
    table = predictions_table(("input", "slot"), ROWS[:1], GOLD[:1], GOLD[:1])
    assert table.split("\n")[3] == "| :-: | :-- | :-- | :-- | :-- |"
