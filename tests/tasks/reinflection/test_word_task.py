import pytest
from training_runs import TINY, write_data

import zoo
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.reinflection import (
    DataError,
    DataWarning,
    ReinflectionTask,
    WordTask,
)


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "data")


def test_words_are_source_and_target_in_one(data):
    with pytest.warns(DataWarning) as warned:
        task, labelled = WordTask(data), ReinflectionTask(data)
    text = f"{len(task.dev_examples)} of {len(task.dev_examples)} development words are among"
    assert any(text in str(w.message) for w in warned)
    assert {e.source for e in task.train_examples} == {
        word for e in labelled.train_examples for word in e.words
    }
    assert all(e.source == e.target and not e.features for e in task.train_examples)
    assert [e.target for e in task.dev_examples] == list(
        dict.fromkeys(e.target for e in labelled.dev_examples)
    )
    assert not task.vocabulary.features


def test_a_file_of_words_takes_the_place_of_the_training_words(data, tmp_path):
    (tmp_path / "words").write_text("evde\nevde\nyolla\n", encoding="utf-8")
    with pytest.warns(DataWarning):
        task = WordTask(data, unlabeled=[tmp_path / "words"])
    assert [e.source for e in task.train_examples] == ["evde", "yolla"]
    assert task.description()["unlabeled"] == [str(tmp_path / "words")]


@pytest.mark.parametrize("targets", [1, 2, 3])
def test_two_different_development_targets_are_enough(tmp_path, recwarn, targets):
    rows = "".join(f"ev\tpos=N\tev{letter}\n" for letter in "abcdefgh")
    (tmp_path / "train").write_text(rows, encoding="utf-8")
    dev = "".join(f"ev\tpos=N\t{word}\n" for word in ("eva", "vee", "vea", "eva")[:targets])
    (tmp_path / "dev").write_text(dev * 2, encoding="utf-8")
    options = {"dev": tmp_path / "dev"}
    if targets == 1:
        with pytest.raises(DataError, match="at least two different targets"):
            WordTask(tmp_path / "train", **options)
        return
    assert len(WordTask(tmp_path / "train", **options).dev_examples) == targets
    said = f"1 of {targets} development words are among those of training"
    assert [str(w.message)[: len(said)] for w in recwarn.list].count(said) == 1


@pytest.mark.filterwarnings("ignore::keras_vae_collapse.tasks.reinflection.DataWarning")
def test_recipe_and_task_belong_together(data):
    task, labelled = WordTask(data), ReinflectionTask(data)
    recipe = zoo.override(zoo.recipe("word_vae"), [f"{k}={v}" for k, v in TINY.items()])
    complete = task.complete(recipe)
    assert complete.augmentation is None
    assert len(task.model(complete).inflect(["ev"], [""])) == 1
    with pytest.raises(RecipeError, match="learns from words alone: make a `WordTask`"):
        labelled.complete(recipe)
    with pytest.raises(RecipeError, match="needs a recipe with unlabeled.class=WordsAlone"):
        task.complete(zoo.recipe("mdr"))
    with pytest.raises(RecipeError, match="neither augmentation nor rounds"):
        task.complete(recipe.replace(augmentation={"class": "Copies"}))
    rounds = {"examples": {"class": "Distillation"}}
    with pytest.raises(RecipeError, match="neither augmentation nor rounds"):
        task.complete(recipe.replace(rounds=rounds))
