import json
import re

import pytest
from training_runs import start, tiny, write_data

import zoo
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import (
    read_examples,
    read_predictions,
    score_predictions,
)
from keras_vae_collapse.training import RecipeError, TrainingOptions, train
from zoo.train import main


def test_a_run_leaves_every_file_of_the_contract(tiny_run):
    files, metrics = tiny_run.directory, tiny_run.metrics
    names = {path.name for path in files.path.iterdir() if not path.name.startswith(".")}
    assert names == {
        "config.json", "checkpoints", "logs", "model.keras", "export", "predictions-dev.tsv",
        "metrics.json",
    }  # fmt: skip
    saved = json.loads(files.metrics.read_text())
    assert saved == json.loads(json.dumps(metrics))
    assert set(saved["dev"]) >= {
        "accuracy", "levenshtein", "normalized_levenshtein", "mrr", "distortion_nats",
        "rate_nats", "iw_nll_nats", "mutual_information_nats", "active_units", "z_gap_nats",
        "count", "words", "examples", "num_samples", "per_pos", "beam",
    }  # fmt: skip
    config = json.loads(files.config.read_text())
    assert config["seed"] == 0 and config["recipe"]["rate_term"]["rate_nats"] == 6.0
    assert config["recipe"]["augmentation"] == {"class": "PrefixSwaps"}
    assert config["versions"]["keras"] and config["data"]["sha256"]


def test_by_default_an_interrupted_training_is_finished_and_exported():
    options = TrainingOptions()
    assert options.finish_interrupted and options.export and options.strategy == "auto"
    assert not (options.resume or options.overwrite) and options.max_minutes is None


def test_predictions_score_as_the_metrics_say(tiny_run):
    files = tiny_run.directory
    gold = read_examples(files.path.parent / "data" / "turkish-task3-dev")
    scores = score_predictions(gold, read_predictions(files.predictions))
    assert scores["accuracy"] == tiny_run.metrics["dev"]["accuracy"]
    assert scores["levenshtein"] == tiny_run.metrics["dev"]["levenshtein"]


def test_settings_take_the_place_of_options(tmp_path):
    task = ReinflectionTask(write_data(tmp_path / "data"))
    options = TrainingOptions(epochs=1, seed=3, verbose=0, export=False)
    run = train(tiny("base"), task, tmp_path / "run", options, seed=4, command=["a", "b"])
    config = json.loads(run.directory.config.read_text())
    assert (config["epochs"], config["seed"], config["command"]) == (1, 4, ["a", "b"])
    assert run.metrics["epochs"] == 1 and not run.directory.export.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe=magic"], "no recipe 'magic'. Recipes: .*base.*mdr"),
        (["--recipe=mdrr"], "Did you mean 'mdr'"),
        (["--set=latent_dims=4"], "no setting 'latent_dims'. Allowed: .*Did you mean 'latent_dim'"),
        (["--data=nowhere"], "no such directory: nowhere"),
        (["--epoch=3"], "epoch"),
        (["extra"], "unknown argument 'extra'"),
    ],
)
def test_a_bad_flag_is_one_line_that_says_what_is_allowed(tmp_path, arguments, message):
    answer = main([f"--output_dir={tmp_path / 'run'}", *arguments])
    assert answer.startswith("kvc-train: ") and re.search(message, answer)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dim=-4", "`latent_dim` must be an integer of at least 1"),
        ("batch_size=0", "`batch_size` must be an integer of at least 1"),
        ("learning_rate_decay=fast", "'constant', 'cosine'"),
        ("encoder_training=Magic", "`encoder_training.class` must be one of Aggressive"),
        ("rounds={'teacher': 1}", "`rounds` has no option 'teacher'"),
    ],
)
def test_an_impossible_value_is_named(tmp_path, setting, message):
    task = ReinflectionTask(write_data(tmp_path / "data"))
    with pytest.raises(ValueError, match=message):
        train(zoo.override(zoo.recipe("mdr"), [setting]), task, tmp_path / "run", verbose=0)


def test_a_run_is_not_overwritten_unasked(tiny_run):
    before = tiny_run.directory.model.read_bytes()
    data = tiny_run.directory.path.parent / "data"
    process = start("train.py", f"--data={data}", f"--output_dir={tiny_run.directory.path}")
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 1 and "Traceback" not in output
    assert "--resume" in output and "--overwrite" in output
    assert tiny_run.directory.model.read_bytes() == before


def test_a_part_of_a_user_s_own_can_be_named_by_a_recipe(tmp_path):
    import keras

    from keras_vae_collapse.losses import KLDivergence
    from keras_vae_collapse.runs import load_model

    @keras.saving.register_keras_serializable(package="mine")
    class HalfKL(KLDivergence):
        pass

    task = ReinflectionTask(write_data(tmp_path / "data"))
    recipe = zoo.override(tiny("base"), ["rate_term.class=HalfKL", "rate_term.weight=0.5"])
    run = train(recipe, task, tmp_path / "run", epochs=1, export=False, verbose=0)
    assert type(run.model.latent.rate_term) is HalfKL
    assert load_model(run.directory.path).latent.rate_term.weight == 0.5
    with pytest.raises(RecipeError, match="Did you mean 'KLDivergence'"):
        task.model(zoo.override(recipe, ["rate_term.class=KLDivergenc"]))
