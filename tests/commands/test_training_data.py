import json

import pytest
from training_runs import write_data

import zoo
from keras_vae_collapse.commands import evaluate
from keras_vae_collapse.commands.training_data import training_task, training_tasks
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.registry import reinflection_task
from keras_vae_collapse.training.held_out import hold_out


@pytest.fixture
def config(tmp_path):
    """The `config.json` of a run on files, as far as it matters here."""
    task = ReinflectionTask(write_data(tmp_path / "data"))
    return {"data": task.description(), "recipe": {"name": "mdr"}}


def test_the_words_of_training_are_read_from_the_data_of_the_run(config):
    found, why = training_task(config)
    task = ReinflectionTask(config["data"]["name"])
    assert found.train_examples == task.train_examples and why is None
    assert found.known_words == {w for e in task.train_examples for w in (e.source, e.target)}


def test_words_without_features_of_the_run_are_known_too(tmp_path):
    words = tmp_path / "words"
    words.write_text("kitap\nkalem\n", encoding="utf-8")
    recipe = zoo.recipe("word_vae")
    task = reinflection_task(recipe, write_data(tmp_path / "data"), unlabeled=[words])
    found, why = training_task({"data": task.description(), "recipe": recipe.to_config()})
    assert why is None and found.known_words == {"kitap", "kalem"}


def test_examples_that_a_run_held_out_change_no_data(config):
    task = ReinflectionTask(config["data"]["name"])
    choosing, _ = hold_out(task, 0.5)
    found, why = training_task({**config, "data": choosing.description(), "held_out": 0.5})
    assert why is None and found.dev_examples == choosing.dev_examples != task.dev_examples


def test_nothing_is_said_of_the_data_again(config, caplog, recwarn):
    caplog.set_level("INFO")
    caplog.clear()
    training_task(config)
    assert not caplog.records and not recwarn


def test_of_several_runs_all_data_must_be_there(config):
    tasks, why = training_tasks([config, config])
    assert [task.data for task in tasks] == [tasks[0].data] * 2 and why is None
    assert training_tasks([config, {}])[0] is None


def test_data_that_have_changed_do_not_count(config, tmp_path):
    with open(tmp_path / "data" / "turkish-task3-train", "a", encoding="utf-8") as file:
        file.write("kitap\tpos=N,num=PL\tkitaplar\n")
    task, why = training_task(config)
    assert task is None and why.endswith("are not those of the training")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "the folder does not say what the model was trained on"),
        ({"name": "nowhere"}, "the training data cannot be read: no such directory: nowhere"),
        ({"name": "sigmorphon2016", "language": "turkish", "task": 3}, "is not downloaded"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_downloaded(data, message, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_CACHE", str(tmp_path))
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_MIRROR", "http://localhost:1/none")
    monkeypatch.chdir(tmp_path)
    task, why = training_task({"data": data, "recipe": {"name": "mdr"}} if data else {})
    assert task is None and message in why


def test_evaluate_says_what_training_has_said_of_unseen_words(tiny_run, tmp_path, capsys):
    run, dev = tiny_run.directory, tiny_run.metrics["dev"]
    figures = tmp_path / "figures.json"
    gold = tmp_path / "gold.tsv"
    # Of the development rows of the tiny data none is unseen: two new ones are.
    rows = (run.path.parent / "data" / "turkish-task3-dev").read_text(encoding="utf-8")
    gold.write_text(rows + "dol\tpos=N,num=PL\tdoller\nzak\tpos=N,num=PL\tzakler\n")
    options = ["--num_samples=1", f"--json={figures}"]
    assert evaluate.main([f"--model_dir={run.path}", f"--file={gold}", *options]) == 0
    saved = json.loads(figures.read_text())
    assert saved["unseen"]["count"] == 2 and saved["beam"]["unseen"]["count"] == 2
    assert "unseen" not in dev
    out = capsys.readouterr().out
    assert "accuracy, unseen words (2 rows)" in out


def test_evaluate_says_why_there_is_no_figure(model_dir, capsys):
    options = [f"--file={model_dir / 'examples'}", "--num_samples=1", "--beam_width=1"]
    assert evaluate.main([f"--model_dir={model_dir}", *options]) == 0
    out = capsys.readouterr().out
    assert "unseen words: not known, the folder does not say what the model was trained on" in out
