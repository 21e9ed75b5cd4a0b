"""The task with words beside its pairs: what is refused, what the description says."""

import numpy as np
import pytest
from training_runs import tiny, write_data

import zoo
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.registry import reinflection_task
from keras_vae_collapse.tasks.reinflection import (
    DataError,
    Example,
    ReinflectionVAE,
    SemiSupervisedVAE,
)
from zoo.train import main


@pytest.fixture
def data(tmp_path):
    folder = write_data(tmp_path / "data")
    (tmp_path / "words").write_text("yolda\nkolda\nadalar\n", encoding="utf-8")
    return folder


def words(data):
    return [str(data.parent / "words")]


pytestmark = pytest.mark.filterwarnings("ignore::keras_vae_collapse.tasks.reinflection.DataWarning")


def test_the_description_tells_words_and_labels_apart(data):
    alone, few = ReinflectionTask(data), ReinflectionTask(data, labelled=30)
    both = ReinflectionTask(data, unlabeled=words(data), labelled=30)
    kinds = [task.description() for task in (alone, few, both)]
    assert len({kind["sha256"] for kind in kinds}) == 3
    assert [kind["train_examples"] for kind in kinds] == [72, 30, 30]
    assert kinds[2]["unlabelled_words"] == 3 and "unlabelled_words" not in kinds[1]
    assert kinds[2]["unlabeled"] == words(data)
    assert "unlabeled" not in kinds[0]


def test_a_recipe_gets_its_words_and_its_model(data):
    recipe = tiny("msved", **{"unlabeled.ratio": 0.5})
    task = reinflection_task(recipe, data, unlabeled=words(data))
    arrays, ratio = task.unlabelled(task.complete(recipe))
    assert ratio == 0.5 and len(arrays["source"]) == 3
    model = task.model(recipe)
    assert isinstance(model, SemiSupervisedVAE)
    # Of guessed conditions the unknown feature tells the decoder.
    unknown = task.encode([Example("ev", "pos=unheard", "ev")])["condition"][0]
    assert np.flatnonzero(unknown).tolist() == [model.supervision.guessed_entry]
    plain = recipe.replace(unlabeled={"class": "PlainAutoencoding"})
    model = task.model(plain)
    assert type(model) is ReinflectionVAE and model.supervision.attributes is None
    assert ReinflectionTask(data).unlabelled(recipe) is None


def test_recipe_and_task_agree_on_the_labels(data):
    task = ReinflectionTask(data, labelled=30)
    assert task.complete(zoo.recipe("mdr")).labelled == 30
    with pytest.raises(RecipeError, match="labelled=10, the task was made with labelled=30"):
        task.complete(zoo.recipe("mdr").replace(labelled=10))


def test_words_need_a_recipe_that_uses_them(data):
    task = ReinflectionTask(data, unlabeled=words(data))
    for use in (task.complete, lambda recipe: reinflection_task(recipe, data, unlabeled=["x"])):
        with pytest.raises(RecipeError, match="makes no use of words without features.*'msved'"):
            use(zoo.recipe("mdr"))


LINES = [
    (["--recipe=mdr", "--unlabeled={words}"], "recipe 'mdr' makes no use of words without"),
    (["--recipe=msved", "--unlabeled=/nowhere"], "cannot read /nowhere: No such file"),
    (["--recipe=msved", "--unlabeled={words},/nowhere"], "cannot read /nowhere"),
    (
        ["--recipe=msved", "--unlabeled={data}/turkish-task3-train"],
        "line 1: expected one word, received 3 columns.*labelled examples",
    ),
    (["--recipe=msved", "--set=labelled=1000"], "labelled=1,000: there are 72"),
    (["--recipe=msved", "--set=labelled=-1"], "`labelled` must be an integer"),
    (["--task=text", "--data=demo", "--unlabeled={words}"], "--unlabeled is for reinflection"),
    (["--task=text", "--data=demo", "--recipe=msved"], "the task 'text' knows no labels"),
]


@pytest.mark.parametrize(("line", "message"), LINES)
def test_a_wrong_command_line_is_one_line(data, line, message):
    import re

    places = {"words": words(data)[0], "data": data}
    flags = [f"--data={data}", f"--output_dir={data.parent / 'run'}"]
    answer = main([*flags, *(word.format(**places) for word in line)])
    assert re.search(message, answer) and not (data.parent / "run").exists()


def test_a_million_words_would_be_too_few_only_if_none_were_left(data):
    path = data.parent / "long"
    path.write_text("e" * 100 + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no word is left: all 1 are longer than 16 characters"):
        ReinflectionTask(data, unlabeled=[path])
