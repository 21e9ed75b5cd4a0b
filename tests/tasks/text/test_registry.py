import subprocess
import sys

import pytest
from training_runs import write_data

import zoo
from keras_vae_collapse.core.errors import RecipeError, RunError
from keras_vae_collapse.tasks import ReinflectionTask, TextTask
from keras_vae_collapse.tasks.registry import (
    check_no_text_options,
    reinflection_task,
    task_class,
    task_names,
    text_task,
)
from keras_vae_collapse.tasks.reinflection import WordTask


def test_tasks_are_found_by_name():
    assert [task_class(name) for name in task_names()] == [ReinflectionTask, TextTask]
    with pytest.raises(RunError, match="no task 'texts'. Tasks: reinflection, text"):
        task_class("texts")


def test_options_of_a_recipe_reach_the_task(tmp_path):
    (tmp_path / "train.txt").write_text("a b\nb c\nb\n")
    (tmp_path / "valid.txt").write_text("a\nb\n")
    settings = ["tokens=characters", "vocabulary_limit=2", "length_limit=5"]
    recipe = zoo.override(zoo.recipe("mdr"), settings)
    for given in (recipe, recipe.to_config()):
        task = text_task(given, tmp_path)
        assert task.vocabulary.tokens == ("b", " ") and task.options["length_limit"] == 5
        assert task.complete(recipe).tokens == "characters"
    plain = text_task(zoo.recipe("mdr"), tmp_path)
    assert plain.options == {"tokens": "words", "vocabulary_limit": 10_000, "length_limit": 200}


def test_a_development_file_reaches_the_task(tmp_path):
    (tmp_path / "train.txt").write_text("a b\nb c\nb\n")
    (tmp_path / "dev.txt").write_text("b b\nc\n")
    task = text_task(zoo.recipe("mdr"), tmp_path / "train.txt", tmp_path / "dev.txt")
    assert [sentence.text for sentence in task.dev_examples] == ["b b", "c"]
    assert len(task.train_examples) == 3


def test_an_older_config_that_names_no_option_gives_those_of_the_task(tmp_path):
    (tmp_path / "train.txt").write_text("a b\nb c\nb\n")
    (tmp_path / "valid.txt").write_text("a\nb\n")
    assert (
        text_task({"name": "mdr"}, tmp_path).options
        == text_task(zoo.recipe("mdr"), tmp_path).options
    )


@pytest.mark.filterwarnings("ignore::keras_vae_collapse.tasks.reinflection.DataWarning")
def test_the_recipe_says_which_task_of_inflected_words_is_made(tmp_path):
    data = write_data(tmp_path / "data")
    plain = reinflection_task(zoo.recipe("mdr"), data)
    assert type(plain) is ReinflectionTask and len(plain.train_examples) == 72
    # Of before there were labels to count.
    assert reinflection_task({"name": "mdr"}, data).train_examples == plain.train_examples
    few = reinflection_task(zoo.recipe("mdr").replace(labelled=10), data)
    assert len(few.train_examples) == few.labelled == 10
    assert type(reinflection_task(zoo.recipe("word_vae"), data)) is WordTask
    dev = data / "turkish-task3-train"
    assert len(reinflection_task(zoo.recipe("mdr"), data, dev=dev).dev_examples) == 72


@pytest.mark.parametrize("setting", ["tokens=words", "vocabulary_limit=5", "length_limit=9"])
def test_other_tasks_do_not_have_them(setting):
    check_no_text_options(zoo.recipe("mdr"))
    with pytest.raises(RecipeError, match="is a setting of --task=text"):
        check_no_text_options(zoo.override(zoo.recipe("mdr"), [setting]))


def test_a_task_is_made_without_tensorflow():
    code = (
        "import sys, zoo; from keras_vae_collapse.tasks.registry import text_task\n"
        "text_task(zoo.recipe('mdr'), 'demo')\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
