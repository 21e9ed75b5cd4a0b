import json
import re
import types

import pytest
from training_runs import start, tiny, write_data

import zoo
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import (
    read_examples,
    read_predictions,
    score_predictions,
)
from keras_vae_collapse.tasks.reinflection.latent_words import sample_words
from keras_vae_collapse.training import RecipeError, TrainingOptions, loop, train
from keras_vae_collapse.training.rounds import plan_rounds
from zoo.train import main


def test_a_run_leaves_every_file_of_the_contract(tiny_run):
    files, metrics = tiny_run.directory, tiny_run.metrics
    names = {path.name for path in files.path.iterdir() if not path.name.startswith(".")}
    assert names == {
        "config.json", "checkpoints", "logs", "model.keras", "export", "predictions-dev.tsv",
        "samples-prior.tsv", "metrics.json",
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


def test_twenty_or_fewer_words_from_the_prior_are_left_for_people(tiny_run):
    files = tiny_run.directory
    asked = [e.features for e in read_examples(files.path.parent / "data" / "turkish-task3-dev")]
    words = sample_words(tiny_run.model, asked, seed=0)  # 16 words: each one's features
    expected = [f"{features}\t{form}" for features, (form, _) in zip(asked, words, strict=True)]
    assert files.samples.read_text().splitlines() == expected and len(expected) == 16


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


@pytest.fixture
def rounds(tmp_path):
    """The rounds of a run of two teachers."""
    recipe = tiny("best").replace(rounds={"teachers": 2, "teacher_epochs": 2})
    return plan_rounds(recipe, tmp_path, 9)


def a_trainer(**given):
    cluster = types.SimpleNamespace(from_chief=lambda ask: ask(), is_chief=True)
    return types.SimpleNamespace(cluster=cluster, options=TrainingOptions(verbose=0), **given)


def test_the_last_round_has_the_minutes_and_the_examples_of_the_run(rounds, monkeypatch):
    class Finished:
        def __init__(self, round_, *_):
            self.number = round_.number

        def record(self, pairs):  # of all rounds so far, see `Teacher.record`
            return {"training_minutes": [1.5, 4.0][self.number - 1]}

    done = types.SimpleNamespace(metrics=types.SimpleNamespace(exists=lambda: True))
    monkeypatch.setattr(loop, "Teacher", Finished)
    monkeypatch.setattr(loop, "run_directory", lambda path: done)
    task = types.SimpleNamespace(training_examples=lambda recipe: [recipe.name, "augmented"])
    trainer = a_trainer(task=task, train=lambda *given: given)
    last, _, examples, teacher, minutes, earlier = loop._train_rounds(trainer, rounds, None)
    assert (last, earlier) == (rounds[-1], rounds[:-1])
    assert examples == ["best", "augmented"]
    assert (teacher.number, minutes) == (2, 4.0)


@pytest.mark.parametrize(("decay_epochs", "expected"), [(9, 2), (None, None)])
def test_a_teacher_s_configuration_has_epochs_of_its_own(rounds, decay_epochs, expected):
    configs = []
    directory = types.SimpleNamespace(
        open=lambda config, resume: configs.append(config), close=lambda: None
    )
    description = {"recipe": {}, "epochs": 9, "decay_epochs": decay_epochs, "seed": 3}
    trainer = a_trainer(description=description, train=lambda *given: None)
    loop._train_teacher(trainer, rounds[0], directory, [], None, 0.0)
    (config,) = configs
    assert config["recipe"] == rounds[0].recipe.to_config() and config["seed"] == 3
    assert (config["epochs"], config["decay_epochs"]) == (2, expected)


def test_a_person_is_told_of_the_round_that_is_trained(rounds, capsys):
    directory = types.SimpleNamespace(open=lambda config, resume: None, close=lambda: None)
    for verbose, said in (
        (1, "round 1 of 3: training the teacher of the next, 2 epochs\n"), (0, ""),
    ):  # fmt: skip
        given = {"description": {"decay_epochs": None}, "train": lambda *given: None}
        trainer = a_trainer(**given)
        trainer.options = TrainingOptions(verbose=verbose)
        loop._train_teacher(trainer, rounds[0], directory, [], None, 0.0)
        assert capsys.readouterr().out == said


def test_a_student_that_has_begun_does_not_go_on_with_another_teacher():
    cluster = types.SimpleNamespace(from_chief=lambda ask: ask())
    teacher = types.SimpleNamespace(path="run/round-1")
    for begun in (False, True):
        run = types.SimpleNamespace(path="run", has_checkpoint=lambda begun=begun: begun)
        if not begun:
            loop._check_nothing_follows(cluster, run, teacher)
            continue
        with pytest.raises(RunError, match="run/round-1, the teacher of run, is gone or not fin"):
            loop._check_nothing_follows(cluster, run, teacher)
