"""The proof of the protocol: a task of a few lines trains, resumes, is diagnosed and exported."""

import json

import numpy as np
import pytest
import tensorflow as tf
from copy_task import CopyTask
from training_runs import differences, left_by, tiny

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.runs import RunError, load_model
from keras_vae_collapse.training import evaluate, train
from keras_vae_collapse.training.evaluation import EncodedExamples
from keras_vae_collapse.training.summary import training_summary


@pytest.fixture(scope="module")
def task():
    return CopyTask()


@pytest.fixture(scope="module")
def run(task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy") / "run"
    return train(tiny("mdr", rate_nats=4), task, folder, epochs=2, verbose=0)


def test_it_trains_and_leaves_every_file(run, task):
    files = run.directory
    for path in (files.config, files.model, files.export, files.metrics, files.predictions):
        assert path.exists()
    config = json.loads(files.config.read_text())
    assert config["task"] == "copy" and config["data"]["train_examples"] == 96
    dev = json.loads(files.metrics.read_text())["dev"]
    assert dev["count"] == dev["examples"] == 24 and 0.0 <= dev["accuracy"] <= 1.0
    assert dev["distortion_nats"] > 0 and {"rate_nats", "z_gap_nats", "beam"} <= dev.keys()
    lines = files.predictions.read_text().splitlines()
    assert len(lines) == 24 and lines[0].split("\t")[0] == task.text(task.dev_examples[0])
    assert "accuracy" in training_summary(task, run)


def test_the_accuracy_is_the_share_of_right_best_outputs(task):
    examples = task.dev_examples[:4]
    outputs = [[task.gold(e), "4 4"] for e in examples[:3]] + [["4 4", task.gold(examples[3])]]
    assert task.figures(examples, outputs) == {"accuracy": 0.75, "count": 4}


def test_a_text_is_all_symbols_before_the_end(task):
    assert task.text([4, 0, 9, 1, 2, 5, 3, 8]) == "4 9 5"
    assert task.text(np.array([4, 4])) == "4 4"


def test_examples_that_are_written_are_read_again(task, tmp_path):
    task.write_examples(tmp_path / "further", task.dev_examples)
    assert task.read_examples(tmp_path / "further") == task.dev_examples


def test_its_description_changes_with_either_part():
    one, other, third = CopyTask(), CopyTask(), CopyTask()
    other.dev_examples, third.train_examples = other.dev_examples[1:], third.train_examples[1:]
    assert len({t.description()["sha256"] for t in (one, other, third, CopyTask())}) == 3


def test_it_is_loaded_and_evaluated_to_the_same_figures(run, task):
    figures, outputs = evaluate(task, load_model(run.directory.path), task.dev_examples)
    assert figures == run.metrics["dev"] and len(outputs) == 24


@pytest.mark.slow
def test_a_run_that_was_stopped_ends_like_one_that_was_not(run, task, tmp_path):
    recipe = tiny("mdr", rate_nats=4)
    train(recipe, task, tmp_path / "run", epochs=1, verbose=0)
    with pytest.raises(RunError, match="--resume"):
        train(recipe, task, tmp_path / "run", epochs=2, verbose=0)
    train(recipe, task, tmp_path / "run", epochs=2, resume=True, verbose=0)
    assert differences(left_by(run.directory.path), left_by(tmp_path / "run")) == []


def test_it_is_diagnosed(run, task):
    model = EncodedExamples(task, run.model, task.dev_examples).latent_model
    report = diagnose(model, num_samples=5)
    assert report.figures["examples"] == 24 and report.verdict in report.to_text().lower()
    assert report.samples[0].gold in {task.text(example) for example in task.dev_examples}


def test_its_export_answers_with_ids(run, task):
    served = tf.saved_model.load(str(run.directory.export))
    source = task.encode(task.dev_examples)["source"]
    answer = served.reconstruct(tf.constant(source))
    expected = [n_best[0] for n_best in task.outputs(run.model, task.dev_examples)]
    assert [task.text(ids) for ids in answer["target"].numpy()] == expected
    loc = served.encode(tf.constant(source))["loc"]
    np.testing.assert_allclose(loc, run.model.encode_ids(source)[0], rtol=1e-5, atol=1e-6)
    drawn = [served.sample(tf.constant([0, 1]), tf.constant(3))["target"] for _ in range(2)]
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize("recipe", ["best", "historyless_states", "multimodal_prior"])
def test_other_recipes_build_for_it(recipe, task):
    model = task.model(tiny(recipe))
    loc, _ = model.encode_ids(task.encode(task.dev_examples)["source"])
    ids, log_p = model.decode(loc, beam_width=2)
    assert ids.shape == (24, 2, task.max_length + 1) and np.isfinite(log_p).all()


def test_the_seed_of_a_model_reaches_its_noise(task):
    seeds = [task.model(tiny("base"), *seed).latent.seed for seed in ((), (0,), (100,))]
    assert seeds[0] == seeds[1] == seeds[2] - 100


def test_rounds_need_a_task_that_has_them(task, tmp_path):
    recipe = tiny("mdr").replace(rounds={"examples": {"class": "BackTranslation"}})
    with pytest.raises(ValueError, match="task 'copy' makes no further examples"):
        train(recipe, task, tmp_path / "run", epochs=1, export=False, verbose=0)


def test_the_checksum_is_that_of_every_array_of_both_sets():
    ids = np.array([[4, 5, 3], [6, 7, 3]], "int32")
    arrays = {"source": ids, "target": ids, "condition": np.zeros((2, 1), "float32")}

    def sha256(train, dev=arrays):
        task = CopyTask()
        task.train_examples, task.dev_examples = ["a", "b"], ["c", "d"]
        task.encode = lambda examples: train if examples == ["a", "b"] else dev
        return task.description()["sha256"]

    changed = [{**arrays, name: values + 1} for name, values in arrays.items()]
    found = [sha256(arrays), *map(sha256, changed), *(sha256(arrays, one) for one in changed)]
    assert sha256(arrays) == found[0] and len(set(found)) == 7


def test_a_task_has_what_every_task_needs_and_refuses_the_rest(task):
    recipe = tiny("base")
    assert task.complete(recipe) == recipe and task.training_examples(recipe) is task.train_examples
    assert task.unlabelled(recipe) is None and task.dev_options() is None
    assert (
        task.prior_samples(None, 3) == task.details({}) == []
        and task.further_figures({}, None) == {}
    )
    assert task.figure({"accuracy": 0.5, "other": 0.25}, "other") == 0.25
    for name, value in (("labelled", 3), ("unlabeled", {"class": "WordsAlone"})):
        with pytest.raises(RecipeError, match=f"'copy' knows no labels. Received: {name}="):
            task.complete(recipe.replace(**{name: value}))
    with pytest.raises(ValueError, match="the task 'copy' has no ensembles"):
        task.ensemble([])


def test_other_development_examples_make_another_task(task):
    other = task.with_dev_examples(task.dev_examples[:2])
    assert (len(other.dev_examples), len(task.dev_examples)) == (2, 24)
    assert other.sizes() == {"train_examples": 96, "dev_examples": 2}


def test_the_monitor_is_the_tasks_own_or_one_that_is_named(task):
    for setting in ([], ["task"], ["auto"], ["accuracy"]):
        assert task.chosen_monitor(*setting) == "accuracy"
    assert task.chosen_monitor("constrained_elbo") == "constrained_elbo"
    with pytest.raises(RecipeError, match="one of accuracy, constrained_elbo, .*'accuracy'"):
        task.chosen_monitor("acuracy")


def test_the_table_and_the_file_show_greedy_and_beam_search(task, tmp_path):
    assert task.table({"accuracy": 0.5}) == [("accuracy", "0.5000", "0.5000")]
    beam = {"accuracy": 0.5, "beam": {"accuracy": 0.75}}
    assert task.table(beam) == [("accuracy", "0.5000", "0.7500")]
    examples = [[4, 5, 3], [6, 3]]
    task.write_predictions(tmp_path / "found", examples, [["4 5", "4"], [""]])
    assert (tmp_path / "found").read_text() == "4 5\t4 5\n4 5\t4\n6\t\n"


def test_outputs_are_decoded_from_the_posterior_means_that_the_projector_shows(task):
    model, few = task.model(tiny("base")), task.with_dev_examples(task.dev_examples[:3])
    vectors, columns, rows = few.latent_table(model)
    np.testing.assert_allclose(
        vectors, model.encode_ids(few.encode(few.dev_examples)["source"])[0], rtol=1e-5, atol=1e-6
    )
    assert columns == ("input",) and rows == [(task.text(e),) for e in few.dev_examples]
    for width in ([], [3]):
        ids, _ = model.decode(vectors, None, *width)
        expected = [[task.text(beam) for beam in beams] for beams in ids.numpy()]
        assert task.outputs(model, few.dev_examples, *width) == expected
        assert [len(beams) for beams in expected] == [*width, 1][:1] * 3
