"""Labels beside examples, read and shown."""

import numpy as np
import pytest

from keras_vae_collapse.commands.probe_labels import labels_of, probes, probes_table, read_labels
from keras_vae_collapse.tasks.data_errors import DataError
from keras_vae_collapse.tasks.text.corpus import Sentence


def sentences(*lines):
    return [Sentence(f"text {line}", "file", line) for line in lines]


@pytest.mark.parametrize(
    ("content", "lines", "labels"),
    [
        ("a\nb\n", (1, 2), ["a", "b"]),
        ("\ufeffa \r\n  b", (1, 2), ["a", "b"]),
        ("a\n\nb\n", (1, 3), ["a", "b"]),  # where an example's line is empty, so may its label's be
        ("\na\nb\n\n", (2, 3), ["a", "b"]),
        ("a\nb\n", (1, 3), ["a", "b"]),  # without a gap they stand in order
    ],
)
def test_each_example_has_the_label_of_its_line(content, lines, labels, tmp_path):
    (tmp_path / "labels").write_bytes(content.encode())
    found = read_labels(str(tmp_path / "labels"), sentences(*lines))
    assert found == {"label": labels}


@pytest.mark.parametrize(
    ("content", "lines", "message"),
    [
        ("a\n", (1, 2), "1 labels for 2 examples"),
        ("a\nb\nc\n", (1, 2), "3 labels for 2 examples"),
        ("a\n\nb\n", (1, 2), "labels, line 2: labels and .* label 'b' of line 3 would be that of"),
        ("\na\nb\n", (1, 3), "labels, line 1: labels and .* label 'a' of line 2 would be that of"),
        ("a\n\nb\n", (1, 4), "labels, line 3: labels and .* label 'b' of line 3 would be that of"),
    ],
)
def test_labels_on_other_lines_are_named(content, lines, message, tmp_path):
    (tmp_path / "labels").write_text(content)
    with pytest.raises(DataError, match=message):
        read_labels(str(tmp_path / "labels"), sentences(*lines))


def test_labels_of_examples_that_were_kept_are_in_their_order():
    examples = sentences(1, 2, 3)
    labels = {"one": ["a", "b", "c"], "other": ["x", "y", "z"]}
    found = labels_of(labels, examples, [examples[2], examples[0]])
    assert found == {"one": ["c", "a"], "other": ["z", "x"]}


def test_each_set_of_labels_has_a_line_below_its_head():
    loc = np.repeat([[-9.0], [9.0]], 10, axis=0)
    found = probes(loc, {"tense": ["past"] * 10 + ["now"] * 10, "number": ["one", "two"] * 10})
    assert found["tense"]["accuracy"] == 1.0
    found["number"] |= {"accuracy": 0.25, "labels": 1234}
    empty, head, *lines = probes_table(found).splitlines()
    assert not empty and head.split() == ["accuracy", "majority", "labels"]
    assert [line.split(":")[1].split() for line in lines] == [
        ["tense", "1.0000", "0.5000", "2"],
        ["number", "0.2500", "0.5000", "1,234"],
    ]
    assert len({len(line) for line in (head, *lines)}) == 1  # columns end at one place
