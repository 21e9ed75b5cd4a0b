"""A run leaves the model of its best round."""

import json

import numpy as np
import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.training import RecipeError, train
from keras_vae_collapse.training.best_round import choose_round, kept_line
from keras_vae_collapse.training.rounds import plan_rounds, round_options


def task(unseen=True):
    """A task whose development examples, 200 of them, are unseen or not."""
    words = [f"w{i}" for i in range(200)]
    known = [Example(w, "pos=N", w + "a") for w in words]
    new = [Example("n" + w, "pos=N", "n" + w + "a") for w in words]
    return ReinflectionTask.from_examples(known, new if unseen else known)


def choose(folder, *accuracies, distances=None, of=None, **options):
    """`choose_round` of rounds with these `(accuracy, unseen accuracy)`, the last one's too."""
    of = of or task()
    rounds = {"teachers": len(accuracies) - 1, "examples": {"class": "BackTranslation"}}
    recipe = tiny("best").replace(rounds={**rounds, **options.pop("rounds", {})}, **options)
    planned = plan_rounds(recipe, folder, 9)
    distances = distances or [0.0] * len(accuracies)
    metrics = []
    for round_, (accuracy, unseen), distance in zip(planned, accuracies, distances, strict=True):
        dev = {"accuracy": accuracy, "levenshtein": distance, "constrained_elbo": -accuracy}
        if unseen is not None:
            dev["unseen"] = {"accuracy": unseen}
        metrics.append({"dev": dev, "best_epoch": round_.number + 4})
        if not round_.is_last:
            write_json(round_.directory / "metrics.json", metrics[-1])
    return choose_round(of, planned, metrics[-1])


def test_the_round_that_is_best_on_unseen_examples_is_kept(tmp_path):
    found = choose(tmp_path, (0.5, 0.5), (0.8, 0.7), (0.9, 0.6))
    assert (found["kept_round"], found["chosen_by"]) == (2, "unseen_accuracy")
    assert found["rounds"][1] == {
        "round": 2, "best_epoch": 6, "unseen_accuracy": 0.7, "accuracy": 0.8, "levenshtein": 0.0,
    }  # fmt: skip
    line = kept_line(found)
    assert line == (
        "round 2 is kept: on the development set its unseen_accuracy is 0.7000, that of round 3 "
        "0.6000"
    )


def test_where_no_example_is_unseen_all_examples_choose(tmp_path):
    found = choose(tmp_path, (0.5, None), (0.8, None), (0.7, None), of=task(unseen=False))
    assert (found["kept_round"], found["chosen_by"]) == (2, "accuracy")


def test_a_round_of_an_earlier_version_makes_all_examples_choose(tmp_path):
    found = choose(tmp_path, (0.5, None), (0.8, 0.7), (0.9, 0.6))
    assert (found["kept_round"], found["chosen_by"]) == (3, "accuracy")


def test_of_equal_rounds_the_smaller_distance_and_then_the_last_is_kept(tmp_path):
    equal = [(0.9, 0.9)] * 3
    assert choose(tmp_path, *equal)["kept_round"] == 3
    assert choose(tmp_path, *equal, distances=[0.1, 0.3, 0.2])["kept_round"] == 1


def test_a_figure_that_the_recipe_names_chooses(tmp_path):
    accuracies = (0.5, 0.9), (0.8, 0.7)
    assert choose(tmp_path, *accuracies)["kept_round"] == 1
    assert choose(tmp_path, *accuracies, monitor="accuracy")["kept_round"] == 2
    assert choose(tmp_path, *accuracies, monitor="constrained_elbo")["kept_round"] == 1


def test_the_last_round_is_kept_where_that_is_asked_for(tmp_path):
    found = choose(tmp_path, (0.9, 0.9), (0.1, 0.1), rounds={"keep": "last"})
    assert found["kept_round"] == 2 and len(found["rounds"]) == 2
    with pytest.raises(RecipeError, match="`rounds.keep` must be"):
        round_options(tiny("best").replace(rounds={"keep": "first"}))


def test_a_single_round_has_nothing_to_choose(tmp_path):
    (only,) = plan_rounds(tiny("mdr"), tmp_path, 9)
    assert choose_round(task(), [only], {"dev": {}}) == {}


class SmallWeights(CopyTask):
    """The copy task, of which a model is the better the smaller its weights are."""

    def further_examples(self, part, model, seed=0, verbose=0):
        return []

    def outputs(self, model, examples, beam_width=1):
        self.size = sum(np.abs(weight).sum() for weight in model.get_weights())
        return super().outputs(model, examples, beam_width)

    def figures(self, examples, outputs):
        return {"accuracy": -float(self.size), "count": len(examples)}


def trained(folder, **options):
    """Trains a student with steps of length one, so that its weights are large."""
    rounds = {"teachers": 1, "teacher_epochs": 1, "student_learning_rate": 1.0}
    recipe = tiny("mdr", epoch_steps=2, ema_momentum=0.0).replace(rounds=rounds)
    return train(recipe, SmallWeights(), folder, epochs=1, export=False, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose student is worse than its teacher."""
    return trained(tmp_path_factory.mktemp("rounds") / "run", verbose=0)


def test_a_student_that_is_worse_leaves_the_run_to_its_teacher(run):
    teacher = run.directory.path / "round-1"
    expected = load_model(teacher).get_weights()
    for model in (run.model, load_model(run.directory.path)):
        for found, weight in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(found, weight)
    dev = json.loads((teacher / "metrics.json").read_text())["dev"]
    assert run.metrics["kept_round"] == 1 and run.metrics["chosen_by"] == "accuracy"
    first, second = (record["accuracy"] for record in run.metrics["rounds"])
    assert first == dev["accuracy"] > second
    assert run.metrics["dev"] == dev
    predictions = "predictions-dev.tsv"
    assert (teacher / predictions).read_bytes() == run.directory.predictions.read_bytes()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_killed_before_its_results_are_written_decides_alike(run, capsys):
    files, before = run.directory, run.metrics
    expected = run.model.get_weights()
    for path in (files.metrics, files.model, files.predictions):
        path.unlink()
    again = trained(files.path, verbose=2, resume=True)
    assert "round 1 is kept: on the development set its accuracy is" in capsys.readouterr().out
    for found, weight in zip(again.model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(found, weight)
    assert {**again.metrics, "training_minutes": 0} == {**before, "training_minutes": 0}
