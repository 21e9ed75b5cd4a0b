"""What a round hands to `fit` and makes of what comes back, without a training."""

import dataclasses
import signal
import types

import keras
import numpy as np
import pytest
from training_runs import tiny
from watched_task import Watched

from keras_vae_collapse import callbacks
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute import Cluster, make_strategy
from keras_vae_collapse.runs import RunCheckpoint
from keras_vae_collapse.training import TrainingOptions, round_trainer, train
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.round_results import RoundResults
from keras_vae_collapse.training.round_trainer import RoundTrainer
from keras_vae_collapse.training.rounds import Round

SEED, DONE, STEPS, EPOCHS = 5, 2, 5, 7


class Begun(Exception):
    """Ends a training where `fit` would begin."""


class Tied(Watched):
    """A task with a figure that decides ties."""

    tie_break = "errors"

    def training_examples(self, recipe):
        return self.train_examples[:40]


def begin(monkeypatch, folder, recipe, **options):
    """What `fit` is asked for."""
    asked = {}

    def fit(self, dataset, **given):
        asked.update(given, dataset=dataset, model=self, initial=self.get_weights())
        raise Begun

    monkeypatch.setattr(keras.Model, "fit", fit)
    with pytest.raises(Begun):
        train(recipe, Tied(), folder, verbose=0, export=False, **options)
    return asked


def hook(asked, cls):
    (found,) = (one for one in asked["callbacks"] if isinstance(one, cls))
    return found


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A round that goes on after two epochs, of a recipe with a decay and an aggressive encoder."""
    settings = {"encoder_training.class": "AggressiveEncoder", "learning_rate_decay": "cosine"}
    recipe = tiny("char_dropout", **settings).replace(epoch_steps=STEPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunCheckpoint, "restore", lambda self, model: DONE)
        folder = tmp_path_factory.mktemp("asked") / "run"
        found = begin(patch, folder, recipe, epochs=EPOCHS, seed=SEED, max_minutes=9.0)
    return {**found, "recipe": recipe}


def test_batches_follow_seed_and_steps_and_go_on_where_the_run_was(asked):
    arrays = Tied().encode(Tied().training_examples(None))
    plan = BatchPlan.of(arrays, 12, SEED, steps=STEPS)
    assert asked["steps_per_epoch"] == STEPS and asked["initial_epoch"] == DONE
    for batch, rows in zip(asked["dataset"].take(STEPS), plan.batches(DONE), strict=True):
        np.testing.assert_array_equal(batch["target"], arrays["target"][rows])


def test_weights_and_noise_follow_the_seed(asked):
    keras.utils.set_random_seed(SEED)
    model = build(asked["recipe"], Tied(), SEED)
    assert asked["model"].latent.seed == model.latent.seed
    assert asked["model"].decoder.history_dropout.seed == model.decoder.history_dropout.seed
    for found, expected in zip(asked["initial"], model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_callbacks_have_what_recipe_and_task_say(asked):
    best, checkpoint = hook(asked, callbacks.BestWeights), hook(asked, RunCheckpoint)
    assert (best.monitor, best.tie_break) == ("dev_accuracy", "dev_errors")
    assert (best.patience, best.start_epoch) == (asked["recipe"].patience, 0)
    assert checkpoint.best is best and checkpoint.clock is hook(asked, callbacks.TimeLimit)
    aggressive = hook(asked, callbacks.AggressiveEncoder)
    assert checkpoint.stateful == {"aggressive_encoder": aggressive}
    decay = hook(asked, callbacks.LearningRateDecay)
    assert decay.total_steps == STEPS * EPOCHS and decay.time_limit is checkpoint.clock


def test_epochs_of_the_pretraining_choose_nothing(tmp_path, monkeypatch):
    recipe = tiny("encoder_pretraining", **{"encoder_training.epochs": 2})
    asked = begin(monkeypatch, tmp_path / "run", recipe, epochs=4)
    assert hook(asked, callbacks.BestWeights).start_epoch == 2


def test_patience_waits_for_the_schedule_and_counts_the_rises_of_the_recipe(tmp_path, monkeypatch):
    steep = {"rate_term.weight": "{'class': 'LinearAnnealing', 'rate': 0.1}"}  # up in 10 steps
    found = []
    for name, settings in (
        ("base", steep),
        ("encoder_pretraining", {"encoder_training.epochs": 3}),
        ("base", {"min_delta": 0.5}),
    ):
        recipe = tiny(name, **settings).replace(epoch_steps=STEPS)
        asked = begin(monkeypatch, tmp_path / str(len(found)), recipe, epochs=4)
        best = hook(asked, callbacks.BestWeights)
        best.on_epoch_begin(0)
        found.append((best._counts, best.start_epoch, best.min_delta))
        if name == "base" and "min_delta" not in settings:
            asked["model"].latent.rate_term.step.assign(10)
            best.on_epoch_begin(1)
            assert best._counts
    assert found == [(False, 0, 0.0), (True, 3, 0.0), (True, 0, 0.5)]


def trainer(**options):
    strategy = make_strategy("single")
    options = TrainingOptions(verbose=0, export=False, **options)
    return RoundTrainer(Tied(), strategy, Cluster(strategy), options, {})


def one_round(folder, recipe=None, **changes):
    plan = {"number": 1, "of": 1, "epochs": EPOCHS, "max_minutes": 9.0, **changes}
    return Round(recipe=recipe or tiny("base"), directory=folder, **plan)


def test_minutes_of_earlier_rounds_are_used_up(tmp_path, monkeypatch):
    limits = []

    def limit(minutes, cluster):
        limits.append(minutes)
        raise Begun

    monkeypatch.setattr(callbacks, "TimeLimit", limit)
    for used in (2.5, 11.0):
        with pytest.raises(Begun):
            trainer()._fit(one_round(tmp_path), tiny("base"), None, {}, None, None, used)
    assert limits == [6.5, 0.0]


class Student:
    """A model that keeps what it is given."""

    def __init__(self):
        self.given = []

    def compile(self, optimizer):
        self.given.append("compiled")

    def set_weights(self, weights):
        self.given.append(weights)


@pytest.mark.parametrize(("number", "adapts"), [(2, True), (3, False), (3, True)])
def test_a_student_has_examples_and_weights_of_its_teacher_and_says_so(monkeypatch, number, adapts):
    one, student, encoded = trainer(), Student(), []
    further = [[9, 9, 9, 9, 3]]
    teacher = types.SimpleNamespace(
        examples=lambda recipe, seed, verbose: further,
        weights=lambda: "weights of the teacher",
        record=lambda pairs: {"pairs": pairs},
    )
    best = types.SimpleNamespace(restore=lambda: student.given.append("best"))
    encode = one.task.encode
    one.task.encode = lambda examples: encoded.append(examples) or encode(examples)
    monkeypatch.setattr(round_trainer, "build", lambda *_: student)
    monkeypatch.setattr(round_trainer, "mean_weights", lambda model, others: f"mean with {others}")
    monkeypatch.setattr(RoundTrainer, "_fit", lambda *_: (best, {"epochs": 3}))
    adapt = (lambda *_: lambda: student.given.append("adapted")) if adapts else (lambda *_: None)
    monkeypatch.setattr(round_trainer, "make_adapt", adapt)
    monkeypatch.setattr(RoundResults, "write", lambda self, rounds, model, record, run: record)
    recipe = tiny("best").replace(rounds={"teachers": 3, "examples": {}})
    current = one_round("run", recipe, number=number, of=4)
    metrics, _ = one.train(current, None, one.task.train_examples, teacher)
    assert metrics == {"epochs": 3, "teacher": {"pairs": 1}}
    assert encoded == [one.task.train_examples + further]
    mean = ["mean with weights of the teacher"] * (number > 2)
    mean += ["adapted"] * (number > 2 and adapts)
    assert student.given == ["weights of the teacher", "compiled", "best", *mean]


def test_unlabelled_batches_follow_ratio_seed_and_steps(monkeypatch):
    one = trainer(seed=SEED)
    arrays = one.task.encode(one.task.train_examples)
    plan = BatchPlan.of(arrays, 12)
    one.task.unlabelled = lambda recipe: (arrays, 0.5)
    monkeypatch.setattr(round_trainer, "mixed_dataset", lambda *given: given)
    *_, further, start = one._dataset(tiny("base"), arrays, plan, 7)
    assert (further.batch_size, further.steps_per_epoch, start) == (6, plan.steps_per_epoch, 7)
    assert further.seed == SEED + 1


def test_an_interrupted_teacher_is_never_finished(tmp_path):
    best = types.SimpleNamespace(state={"best": [0.5, 0.0]})
    trainer()._handle_interrupt(one_round(tmp_path), best)  # the last round is
    for current, options in (
        (one_round(tmp_path, of=2), {}),
        (one_round(tmp_path), {"finish_interrupted": False}),
    ):
        with pytest.raises(KeyboardInterrupt):
            trainer(**options)._handle_interrupt(current, best)


def test_a_run_that_patience_has_ended_trains_no_more(tmp_path, monkeypatch):
    recipe = tiny("base", patience=3)

    def restore(checkpoint, model):
        checkpoint.best.set_model(model)
        checkpoint.best.state = {"best": [0.5, 0.0], "best_epoch": 2, "waited": 3}
        checkpoint.history = [{}] * 5
        return 5

    monkeypatch.setattr(RunCheckpoint, "restore", restore)
    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: pytest.fail("it trains"))
    monkeypatch.setattr(RoundResults, "write", lambda self, rounds, model, record, run: record)
    run = train(recipe, Tied(), tmp_path / "run", epochs=EPOCHS, verbose=0)
    assert (run.metrics["ended_by"], run.metrics["epochs"]) == ("patience", 5)


def speaking(replicas=1, **cluster):
    """A trainer that says what it does, with so many replicas."""
    one = trainer()
    strategy = types.SimpleNamespace(num_replicas_in_sync=replicas)
    cluster = types.SimpleNamespace(**{"is_chief": True, "is_alone": True, **cluster})
    options = TrainingOptions(verbose=1, export=False)
    return dataclasses.replace(one, options=options, strategy=strategy, cluster=cluster)


@pytest.mark.parametrize(
    ("replicas", "examples", "size", "said"),
    [
        (1, 12, 12, ""),
        (1, 11, 11, "batches of 11, not of 12: there are 11 training examples\n"),
        (1, 1, 1, "batches of 1, not of 12: there is 1 training example\n"),
        (2, 5, 4, "batches of 4, not of 12: there are 5 training examples\n"),
        (2, 1, 2, "batches of 2, not of 12: there is 1 training example\n"),
        (2, 99, 12, ""),
    ],
)
def test_few_examples_make_small_batches_and_a_line(capsys, replicas, examples, size, said):
    recipe = tiny("base")
    assert speaking(replicas)._batch_size(recipe, examples) == size
    assert capsys.readouterr().out == said
    assert speaking(replicas, is_chief=False)._batch_size(recipe, examples) == size
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("ratio", "size", "said"),
    [
        (0.25, 3, ""),
        (0.5, 3, "3 unlabelled examples in a batch, not 6: there are no more\n"),
        (0.01, 1, ""),
    ],
)
def test_few_unlabelled_examples_are_all_taken_and_a_line_says_so(
    monkeypatch, capsys, ratio, size, said
):
    one = speaking()
    arrays, few = (one.task.encode(one.task.train_examples[:count]) for count in (48, 3))
    one.task.unlabelled = lambda recipe: (few, ratio)
    monkeypatch.setattr(round_trainer, "mixed_dataset", lambda *given: given)
    further = one._dataset(tiny("base"), arrays, BatchPlan.of(arrays, 12), 0)[3]
    assert further.batch_size == size and capsys.readouterr().out == said


def test_an_interrupt_finishes_a_run_alone_that_has_weights_to_keep(tmp_path, capsys):
    kept = types.SimpleNamespace(state={"best": [0.5, 0.0]})
    speaking()._handle_interrupt(one_round(tmp_path), kept)
    assert "interrupted: finishing with the best weights so far" in capsys.readouterr().out
    with pytest.raises(RunError, match="start all workers with --resume"):
        speaking(is_alone=False)._handle_interrupt(one_round(tmp_path), kept)
    with pytest.raises(KeyboardInterrupt):
        nothing = types.SimpleNamespace(state={"best": None})
        speaking()._handle_interrupt(one_round(tmp_path), nothing)


@pytest.mark.parametrize(
    ("cut", "finished", "signal", "reason", "where"),
    [
        (None, False, None, "epochs", ""),
        (None, True, None, "patience", ""),
        ((EPOCHS, STEPS), False, None, "epochs", ""),
        ((3, STEPS), True, None, "patience", ""),
        ((3, STEPS), False, None, "max_minutes", "after epoch 3, of"),
        ((3, 2), True, None, "max_minutes", "in epoch 3, after 2 of its 5 batches, of"),
        ((3, 2), False, signal.SIGTERM, "SIGTERM", ""),
    ],
)
def test_what_ended_a_training_is_said(tmp_path, capsys, cut, finished, signal, reason, where):
    clock = types.SimpleNamespace(cut_after=cut)
    interrupts = types.SimpleNamespace(requested=signal)
    checkpoint = types.SimpleNamespace(history=[{}] * EPOCHS)
    plan = types.SimpleNamespace(steps_per_epoch=STEPS)
    given = one_round(tmp_path), clock, interrupts, finished, checkpoint, plan
    assert speaking()._ended_by(*given) == reason
    out = capsys.readouterr().out
    line = f"the time limit of 9 minutes ended training {where} 7 epochs; --resume with a larger "
    assert out == (f"{line}--max_minutes goes on\n" if where else "")
