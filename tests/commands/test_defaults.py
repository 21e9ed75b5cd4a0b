"""What commands do where nothing is said, and the numbers that they refuse."""

import argparse

import pytest
from absl import flags

from keras_vae_collapse.commands import (
    diagnose,
    evaluate,
    inflect,
    latent_plots,
    project,
    sample,
    train,
    word_list,
)

SAID = {"model_dir": "m", "model_dirs": "m", "file": "f", "lemma_file": "f", "output": "o"}
SAID["data"] = "d"
# (command, options without which it cannot be, values of the others)
DEFAULTS = [
    (
        evaluate, ("model_dir",),
        {"num_samples": 50, "seed": 0, "beam_width": None, "file": None, "task": "auto",
         "labels": None, "json": None, "predictions": None, "errors": None, "export": None},
    ),
    (
        diagnose, ("model_dir",),
        {"num_samples": 500, "max_words": 1600, "num_examples": 8, "seed": 0, "why": False,
         "file": None, "task": "auto", "labels": None, "output_dir": None, "json": None},
    ),
    (
        inflect, ("model_dir",),
        {"file": "-", "beam_width": 1, "n_best": 1, "strict": False, "analyse": False},
    ),
    (
        sample, ("model_dir",),
        {"count": 10, "seed": 0, "beam_width": 1, "steps": 8, "features": None, "between": None,
         "start": None, "end": None, "spherical": False, "near": None, "neighbours": None,
         "reconstruct": False, "file": None, "task": "auto"},
    ),
    (
        project, ("model_dir", "file"),
        {"task": "auto", "lemma_file": None, "lemma_task": "1", "log_dir": None},
    ),
    (
        latent_plots, ("model_dirs", "lemma_file", "output"),
        {"task": 1, "max_words": 1500, "means": False, "seed": 0},
    ),
    (
        word_list, ("data", "output"),
        {"language": None, "from_tasks": [1, 2], "labelled": None, "task": "auto"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("command", "needed", "others"), DEFAULTS)
def test_what_is_not_said_has_its_default_and_the_rest_must_be_said(
    command, needed, others, capsys
):
    words = {name: f"--{name}={SAID[name]}" for name in needed}
    found = vars(command.arguments().parse_args(list(words.values())))
    assert {name: value for name, value in found.items() if name not in needed} == others
    for name in needed:
        with pytest.raises(SystemExit, match="2"):
            command.arguments().parse_args([word for other, word in words.items() if other != name])
        assert f"required: --{name}" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "needed", "others"), DEFAULTS)
def test_a_number_is_read_as_one_and_nothing_else_as_a_number(command, needed, others, capsys):
    words = [f"--{name}={SAID[name]}" for name in needed]
    numbers = [name for name, value in others.items() if type(value) is int and name != "task"]
    numbers += [name for name in ("beam_width", "neighbours", "labelled") if name in others]
    for name in numbers:
        assert getattr(command.arguments().parse_args([*words, f"--{name}=2"]), name) == 2
        with pytest.raises(SystemExit, match="2"):
            command.arguments().parse_args([*words, f"--{name}=two"])
    assert capsys.readouterr().err.count("invalid int value: 'two'") == len(numbers)


@pytest.mark.parametrize("command", [evaluate, inflect, diagnose, sample])
def test_several_models_are_for_an_ensemble(command):
    words = ["--model_dir=a", "--model_dir=b"]
    found = command.arguments().parse_args(words).model_dir
    assert found == (["a", "b"] if command in (evaluate, inflect) else "b")


def parsed(*words):
    values = train.arguments()
    values(["kvc-train", *words])
    return values


def test_a_training_has_defaults():
    values = parsed()
    expected = {
        "help": False, "recipe": "mdr", "data": "demo", "dev": None, "language": None,
        "task": "auto", "added_tasks": [], "unlabeled": [], "epochs": None, "seed": 0,
        "output_dir": None, "strategy": "auto", "logical_cpus": 0, "set": [], "cure": None,
        "resume": False, "overwrite": False, "max_minutes": None, "held_out": 0.0, "verbose": "1",
    }  # fmt: skip
    assert {name: values[name].value for name in expected} == expected
    assert set(expected) == set(values)


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("--epochs=0", "--epochs=1"),
        ("--seed=-1", "--seed=0"),
        ("--seed=1000000001", "--seed=1000000000"),
        ("--logical_cpus=-1", "--logical_cpus=0"),
        ("--max_minutes=-0.1", "--max_minutes=0"),
        ("--held_out=-0.1", "--held_out=0"),
        ("--verbose=3", "--verbose=2"),
        ("--added_tasks=4", "--added_tasks=3"),
    ],
)
def test_the_last_number_that_can_be_is_taken_and_the_next_refused(word, nearest):
    parsed(nearest)
    with pytest.raises(flags.Error, match=word.partition("=")[2]):
        parsed(word)


def test_a_parser_takes_a_list_for_what_it_is():
    parser = word_list.arguments()
    assert isinstance(parser, argparse.ArgumentParser)
    words = ["--data=d", "--output=o", "--from_tasks", "3", "1"]
    assert parser.parse_args(words).from_tasks == [3, 1]
