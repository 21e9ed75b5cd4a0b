"""What `kvc-train --cure` takes over of the run that is cured."""

import json

import pytest

import zoo
from keras_vae_collapse.commands.cure import cured_run
from keras_vae_collapse.commands.train import arguments

CAUSE = {"name": "weight_too_high", "evidence": "so it is", "settings": ["rate_term.weight=0.5"]}
DATA = {"name": "folder", "language": "finnish", "task": 1, "dev": "dev", "added_tasks": [2],
        "unlabeled": ["a", "b"]}  # fmt: skip


@pytest.fixture
def cured(tmp_path):
    """`cured(words, **config)`: the recipe and the flags as they are filled in."""

    def fill(*words, **config):
        config = {"recipe": zoo.recipe("base").to_config(), "epochs": 4, "seed": 7, **config}
        (tmp_path / "config.json").write_text(json.dumps(config))
        report = {"explanation": {"causes": [CAUSE]}}
        (tmp_path / "report.json").write_text(json.dumps(report))
        values = arguments()
        values(["kvc-train", f"--cure={tmp_path}", *words])
        return cured_run(values), values

    return fill


def test_data_seed_and_epochs_are_those_of_the_run(cured, capsys):
    recipe, values = cured(data=DATA)
    assert recipe.rate_term["weight"] == 0.5
    assert (values.seed, values.epochs) == (7, 4)
    assert (values.data, values.language, values.task) == ("folder", "finnish", "1")
    assert (values.dev, values.added_tasks, values.unlabeled) == ("dev", ["2"], ["a", "b"])
    assert "cure: --set rate_term.weight=0.5" in capsys.readouterr().out


def test_what_the_command_line_says_comes_first(cured):
    _, values = cured("--seed=3", "--epochs=9", "--data=demo", data=DATA)
    assert (values.seed, values.epochs, values.data) == (3, 9, "demo")


def test_figures_are_of_the_same_examples_before_and_after(cured):
    assert cured(data=DATA, held_out=0.25)[1].held_out == 0.25
    assert cured(data=DATA)[1].held_out == 0.0


def test_a_run_of_sentences_has_no_language(cured):
    data = {"name": "sentences.txt", "task": "text", "dev": "dev.txt"}
    _, values = cured(data=data, task="text")
    assert (values.task, values.language) == ("text", None)
    assert (values.data, values.dev) == ("sentences.txt", "dev.txt")


def test_what_a_run_does_not_say_stays_as_the_flags_have_it(cured):
    _, values = cured()
    assert (values.data, values.language, values.task) == ("demo", None, "auto")
    assert (values.dev, values.added_tasks, values.unlabeled) == (None, [], [])
    _, values = cured(data={"name": "x"}, seed=None)
    assert (values.data, values.task, values.seed) == ("x", "auto", 0)


def test_the_cause_is_named_with_its_evidence(cured, capsys):
    cured(data=DATA)
    assert capsys.readouterr().out == (
        "weight_too_high: so it is\ncure: --set rate_term.weight=0.5\n"
    )
