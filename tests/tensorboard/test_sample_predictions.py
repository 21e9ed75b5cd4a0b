import re
import types
from html import unescape

import pytest
import tensorflow as tf
from event_files import texts
from tensorboard.plugin_util import markdown_to_safe_html

from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tensorboard import SamplePredictions
from keras_vae_collapse.tensorboard.sample_predictions import mark_differences, predictions_table

EXAMPLES = [Example(f"kök{i}", "pos=N,num=PL", f"kök{i}ler") for i in range(50)]


def run_epochs(callback, epochs):
    callback.set_model(types.SimpleNamespace(stop_training=False))
    callback.set_params({"epochs": epochs})
    for epoch in range(epochs):
        callback.on_epoch_end(epoch)


@pytest.mark.parametrize(
    ("form", "gold", "marked"),
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
def test_differences_from_gold_are_bold(form, gold, marked):
    assert mark_differences(form, gold) == marked


def test_special_characters_show_as_they_are():
    nasty = "a|b*c_d`e<i>&amp;~[x](y)\\#"
    html = markdown_to_safe_html(predictions_table([Example(nasty, "pos=N", nasty)], [nasty]))
    cells = [unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]
    assert cells == ["✓", nasty, "pos=N", nasty, nasty]


def test_table_counts_and_marks_wrong_forms():
    table = predictions_table(EXAMPLES[:3], ["kök0ler", "kök1lar", ""])
    assert table.startswith("1 of 3 right.")
    lines = table.splitlines()[-3:]
    assert [line.split("|")[1].strip() for line in lines] == ["✓", "✗", "✗"]
    assert lines[0].split("|")[2:6] == [" kök0 ", " pos=N,num=PL ", " kök0ler ", " kök0ler "]
    assert "*(empty)*" in lines[2]


def test_same_examples_every_epoch_spread_over_the_set(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    forms = [example.target for example in EXAMPLES]
    run_epochs(SamplePredictions(writer, EXAMPLES, lambda: forms, count=3), 2)
    tables = texts(tmp_path, "sample_predictions")
    assert sorted(tables) == [0, 1]
    for table in tables.values():
        sources = [line.split("|")[2].strip() for line in table.splitlines()[-3:]]
        assert sources == ["kök0", "kök24", "kök49"]


def test_every_counts_epochs_and_the_last_has_a_table(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    forms = [example.target for example in EXAMPLES]
    run_epochs(SamplePredictions(writer, EXAMPLES, lambda: forms, every=3), 7)
    assert sorted(texts(tmp_path, "sample_predictions")) == [2, 5, 6]


def test_fewer_examples_than_asked_for_are_all_shown(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    run_epochs(SamplePredictions(writer, EXAMPLES[:2], lambda: ["", ""], count=20), 1)
    assert "0 of 2 right" in texts(tmp_path, "sample_predictions")[0]


def test_no_table_without_predictions(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    run_epochs(SamplePredictions(writer, EXAMPLES, lambda: None), 1)
    assert texts(tmp_path, "sample_predictions") == {}


@pytest.mark.parametrize("name", ["count", "every"])
def test_impossible_options_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must"):
        SamplePredictions(None, EXAMPLES, list, **{name: 0})
