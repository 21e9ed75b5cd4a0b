import json
import signal
import time

import numpy as np
import pytest
from training_runs import (
    bits,
    differences,
    finish,
    left_by,
    start,
    tiny,
    train,
    train_arguments,
    write_data,
)

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.distribute.cluster import Cluster
from keras_vae_collapse.distribute.strategy import make_strategy
from keras_vae_collapse.runs.checkpoint import load_checkpoint
from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.training import rounds as teacher
from keras_vae_collapse.training.rounds import Limits, Teacher

EXAMPLES = [
    Example("evler", "case=ABL", "evden"),
    Example("göz", "case=ABL", "gözden"),
    Example("gözden", "case=DAT", "göze"),
]
DESCRIPTION = {
    "recipe": {}, "data": {}, "seed": 0, "epochs": 9, "decay_epochs": 9, "versions": {},
}  # fmt: skip


@pytest.fixture
def make(tmp_path):
    """`make(**settings)` gives a `Teacher` of a run that is there."""
    run = RunDirectory(tmp_path / "run")
    run.open(DESCRIPTION)

    def make(**settings):
        recipe = tiny(
            "best", **{"back_translations": 5, "teachers": 1, "teacher_epochs": 2, **settings}
        )
        return Teacher(recipe, run, Cluster(make_strategy("single")), seed=0, verbose=0)

    yield make
    run.close()


def trainer(calls, **more):
    """A `train_run` that notes what it gets and leaves what a training leaves."""

    def train_run(recipe, run, limits, description, export):
        calls.append((recipe, limits, description, export))
        metrics = {"dev": {"accuracy": 0.5}, "epochs": 2, "training_minutes": 1.5}
        write_json(run.metrics, {**metrics, **more})

    return train_run


class Inflects:
    """A model that knows one form of one word."""

    @staticmethod
    def inflect(sources, features):
        return ["eve" if source.startswith("ev") else "" for source in sources]

    @staticmethod
    def get_weights():
        return [np.array([1.5, -0.0], "float32"), np.array(7, "int64")]


def test_the_teacher_is_the_recipe_without_back_translations_and_for_its_epochs(make):
    calls = []
    make().train(trainer(calls), Limits(9, 11.0, True), DESCRIPTION)
    ((recipe, limits, description, export),) = calls
    assert recipe == tiny("best", back_translations=0, teachers=1, teacher_epochs=2, epochs=2)
    assert description["recipe"] == recipe.to_config() and not export
    assert limits == Limits(2, 2.0, False)
    assert Limits(9, 11.0, True).after(1.5) == Limits(9, 9.5, True)
    assert Limits(9, None, True).after(1.5).max_minutes is None
    assert Limits(9, 1.0, True).after(1.5).max_minutes == 0.0


def test_a_short_run_has_a_short_teacher(make):
    calls = []
    make(teacher_epochs=3).train(trainer(calls), Limits(1, None, True), DESCRIPTION)
    assert calls[0][1] == Limits(1, None, False)


def test_of_several_teachers_each_has_those_before_it(make):
    calls = []
    make(teachers=3).train(trainer(calls), Limits(9, 15.0, True), DESCRIPTION)
    ((recipe, limits, _, _),) = calls
    assert recipe == tiny("best", back_translations=5, teachers=2, teacher_epochs=2, epochs=9)
    # The first of two epochs, two of nine, then the model, nine, too.
    assert limits == Limits(9, pytest.approx(15.0 * 20 / 29), False)


def test_pairs_are_made_once_and_read_when_a_run_goes_on(make, monkeypatch):
    loaded = []
    monkeypatch.setattr(teacher, "load_model", lambda path: loaded.append(path) or Inflects)
    first, calls = make(), []
    first.train(trainer(calls), Limits(9, None, True), DESCRIPTION)
    pairs, record = first.pairs(EXAMPLES)
    assert [(e.source, e.features, e.target) for e in pairs] == [("eve", "case=ABL", "evden")]
    assert record == {"accuracy": 0.5, "epochs": 2, "training_minutes": 1.5, "pairs": 1}
    again = make()
    again.train(trainer(calls), Limits(9, None, True), DESCRIPTION)
    assert again.pairs(EXAMPLES) == (pairs, record)
    assert len(calls) == len(loaded) == 1


def test_the_weights_are_those_of_the_teacher(make, monkeypatch):
    monkeypatch.setattr(teacher, "load_model", lambda _: Inflects)
    expected = [bits(weight) for weight in Inflects.get_weights()]
    assert [bits(weight) for weight in make().weights()] == expected


def test_the_record_of_a_teacher_has_that_of_its_own(make, monkeypatch):
    monkeypatch.setattr(teacher, "load_model", lambda _: Inflects)
    second, own = make(teachers=2), {"accuracy": 0.4, "training_minutes": 2.0}
    second.train(trainer([], teacher=own), Limits(9, None, True), DESCRIPTION)
    _, record = second.pairs(EXAMPLES)
    assert record["training_minutes"] == 3.5 and record["teacher"] == own


def test_a_teacher_that_knows_nothing_adds_nothing(make, monkeypatch):
    class Silent:
        @staticmethod
        def inflect(sources, features):
            return [""] * len(sources)

    monkeypatch.setattr(teacher, "load_model", lambda _: Silent)
    for _ in range(2):
        silent = make()
        silent.train(trainer([]), Limits(9, None, True), DESCRIPTION)
        pairs, record = silent.pairs(EXAMPLES)
        assert pairs == [] and record["pairs"] == 0


def test_an_interrupted_teacher_says_how_to_go_on(make):
    def train_run(*_):
        raise KeyboardInterrupt

    with pytest.raises(RunError, match="interrupted while training the teacher .* --resume"):
        make().train(train_run, Limits(9, None, True), DESCRIPTION)
    calls = []  # and has given its folder back
    make().train(trainer(calls), Limits(9, None, True), DESCRIPTION)
    assert len(calls) == 1


RUN = {
    "recipe": "best",
    "epochs": 4,
    "set": {
        "slots": 2, "learning_rate": 0.01, "back_translations": 4, "teachers": 1,
        "teacher_epochs": 4, "epoch_steps": 40, "rate_nats": 8,
    },
}  # fmt: skip


@pytest.mark.slow
def test_a_teacher_s_pairs_are_on_record(tmp_path):
    code, output = train(write_data(tmp_path / "data"), tmp_path / "run", **RUN)
    assert code == 0, output[-3000:]
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    pairs = (tmp_path / "run" / "back-translations.tsv").read_text(encoding="utf-8")
    assert metrics["teacher"]["pairs"] == len(pairs.splitlines()) > 0
    assert metrics["teacher"]["epochs"] == 4 and metrics["epochs"] == 4
    assert str(tmp_path / "run" / "teacher") in output


def rounds(tmp_path, **settings):
    """The models of a run of two teachers, in their order, and its folder."""
    settings = {**RUN["set"], "epoch_steps": 5, "teachers": 2, **settings}
    folder = tmp_path / "run"
    code, output = train(
        write_data(tmp_path / "data"), folder, **{**RUN, "epochs": 1, "set": settings}
    )
    assert code == 0, output[-3000:]
    parts = (folder / "teacher" / "teacher", folder / "teacher", folder)
    return [load_model(part) for part in parts], folder


@pytest.mark.slow
def test_a_pupil_starts_from_the_weights_of_its_teacher(tmp_path):
    models, _ = rounds(tmp_path, pupil_learning_rate=0.0)
    # Steps of length zero, and averages of equal weights, to rounding.
    for one, *others in zip(*(model.trainable_weights for model in models), strict=True):
        for other in others:
            np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7, err_msg=one.path)


@pytest.mark.slow
def test_a_pupil_s_pupil_ends_as_the_mean_of_its_weights_and_its_teacher_s(tmp_path):
    (_, second, last), folder = rounds(tmp_path, pupil_learning_rate=0.01)
    (path,) = (folder / "checkpoints").glob("*.npz")
    best = load_checkpoint(path)[0]["best"]  # before the mean is taken
    moved = 0
    for mean, before, after in zip(last.weights, second.weights, best, strict=True):
        expected = (before.numpy() + after) / 2 if mean.trainable else after
        np.testing.assert_allclose(mean, expected, rtol=1e-6, err_msg=mean.path)
        moved += mean.trainable and np.abs(after - before.numpy()).max() > 1e-3
    assert moved > 10


@pytest.mark.slow
def test_a_run_killed_in_its_teacher_and_after_ends_like_one_never_stopped(tmp_path):
    data, whole, folder = write_data(tmp_path / "data"), tmp_path / "whole", tmp_path / "run"
    code, output = train(data, whole, **RUN)
    assert code == 0, output[-3000:]
    for part in (folder / "teacher", folder):
        process = start("train.py", *train_arguments(data, folder, resume=True, **RUN))
        while not list((part / "checkpoints").glob("epoch-00002*.npz")):
            assert process.poll() is None, process.communicate()[0][-3000:]
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        finish(process)
    code, output = train(data, folder, resume=True, **RUN)
    assert code == 0, output[-3000:]
    assert (folder / "back-translations.tsv").read_bytes() == (
        whole / "back-translations.tsv"
    ).read_bytes()
    one, other = left_by(whole), left_by(folder)
    for left in (one, other):
        del left["metrics"]["teacher"]["training_minutes"]
    assert differences(one, other) == []
