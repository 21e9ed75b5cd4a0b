import json
import pathlib
import signal
import time

import numpy as np
import pytest
from training_runs import (
    differences,
    finish,
    left_by,
    start,
    tiny,
    train,
    train_arguments,
    write_data,
)

from keras_vae_collapse.runs import load_model
from keras_vae_collapse.runs.checkpoint import load_checkpoint
from keras_vae_collapse.training import RecipeError
from keras_vae_collapse.training.rounds import plan_rounds, round_options


def recipe(**options):
    examples = {"class": "BackTranslation", "labels": 5}
    options = {"teachers": 1, "teacher_epochs": 2, "examples": examples, **options}
    return tiny("best").replace(rounds=options)


def plan(epochs=9, max_minutes=None, **options):
    return plan_rounds(recipe(**options), "run", epochs, max_minutes)


def test_a_recipe_without_rounds_is_one_round():
    (only,) = plan_rounds(tiny("mdr"), "run", 9, 5.0)
    assert only.is_last and only.directory == pathlib.Path("run")
    assert (only.epochs, only.max_minutes) == (9, 5.0)
    assert only.learning_recipe == tiny("mdr") and not only.averages_with_teacher


def test_the_first_round_is_the_recipe_without_rounds_and_for_its_epochs():
    first, last = plan(max_minutes=11.0)
    assert first.recipe == tiny("best").replace(epochs=2)
    assert first.directory == pathlib.Path("run/round-1") and last.directory == pathlib.Path("run")
    assert (first.epochs, first.max_minutes) == (2, 2.0)
    assert (last.epochs, last.max_minutes) == (9, 11.0)
    assert first.learning_recipe.learning_rate == first.recipe.learning_rate
    assert last.learning_recipe.learning_rate == 1.5e-3
    assert last.recipe == recipe()


def test_a_short_run_has_a_short_first_round():
    assert plan(epochs=1, teacher_epochs=3)[0].epochs == 1


def test_of_several_teachers_each_has_those_before_it():
    rounds = plan(max_minutes=15.0, teachers=3)
    assert [r.epochs for r in rounds] == [2, 9, 9, 9]
    assert [r.averages_with_teacher for r in rounds] == [False, False, True, True]
    assert rounds[1].recipe.rounds["teachers"] == 1 and rounds[2].recipe.rounds["teachers"] == 2
    shares = [2 / 29, 11 / 29, 20 / 29, 1]
    assert [r.max_minutes for r in rounds] == pytest.approx([15.0 * share for share in shares])


def test_an_option_of_the_rounds_has_a_default_and_a_range():
    assert round_options(tiny("mdr")) == {
        "teachers": 1, "teacher_epochs": 3, "student_learning_rate": 1.5e-3, "examples": None,
        "keep": "best", "members": [],
    }  # fmt: skip
    for name, allowed, refused in (
        ("teachers", 1, 0), ("teacher_epochs", 1, 0), ("student_learning_rate", 0.0, -0.1),
        ("keep", "last", "first"), ("members", ("a",), [1]),
    ):  # fmt: skip
        assert round_options(recipe(**{name: allowed}))[name] == allowed
        with pytest.raises(RecipeError, match=f"`rounds.{name}` must .*Received: rounds.{name}="):
            round_options(recipe(**{name: refused}))


RUN = {
    "recipe": "best",
    "epochs": 4,
    "set": {
        "slots": 2, "learning_rate": 0.01, "rounds.examples.labels": 4, "rounds.teachers": 1,
        "rounds.teacher_epochs": 4, "epoch_steps": 40, "rate_nats": 8,
    },
}  # fmt: skip


@pytest.mark.slow
def test_what_a_teacher_adds_is_on_record(tmp_path):
    folder = tmp_path / "run"
    code, output = train(write_data(tmp_path / "data"), folder, **RUN)
    assert code == 0, output[-3000:]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    pairs = (folder / "round-1" / "further-examples.tsv").read_text(encoding="utf-8")
    assert metrics["teacher"]["pairs"] == len(pairs.splitlines()) > 0
    assert metrics["teacher"]["epochs"] == 4 and metrics["epochs"] == 4
    assert str(folder / "round-1") in output


def models(tmp_path, **settings):
    """The models of a run of two teachers, in their order, and its folder."""
    few = {"epoch_steps": 5, "rounds.teachers": 2, "rounds.keep": "last"}
    settings = {**RUN["set"], **few, **settings}
    folder = tmp_path / "run"
    code, output = train(
        write_data(tmp_path / "data"), folder, **{**RUN, "epochs": 1, "set": settings}
    )
    assert code == 0, output[-3000:]
    return [load_model(part) for part in (folder / "round-1", folder / "round-2", folder)], folder


@pytest.mark.slow
def test_a_student_starts_from_the_weights_of_its_teacher(tmp_path):
    found, _ = models(tmp_path, **{"rounds.student_learning_rate": 0.0})
    # Steps of length zero, and averages of equal weights, to rounding.
    for one, *others in zip(*(model.trainable_weights for model in found), strict=True):
        for other in others:
            np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7, err_msg=one.path)


@pytest.mark.slow
def test_the_student_of_a_student_ends_as_the_mean_of_its_weights_and_its_teacher_s(tmp_path):
    (_, second, last), folder = models(tmp_path, **{"rounds.student_learning_rate": 0.01})
    (path,) = (folder / "checkpoints").glob("*.npz")
    best = load_checkpoint(path)[0]["best"]  # before the mean is taken
    moved = 0
    for mean, before, after in zip(last.weights, second.weights, best, strict=True):
        expected = (before.numpy() + after) / 2 if mean.trainable else after
        np.testing.assert_allclose(mean, expected, rtol=1e-6, err_msg=mean.path)
        moved += mean.trainable and np.abs(after - before.numpy()).max() > 1e-3
    assert moved > 10


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_killed_in_its_teacher_and_after_ends_like_one_never_stopped(tmp_path):
    data, whole, folder = write_data(tmp_path / "data"), tmp_path / "whole", tmp_path / "run"
    code, output = train(data, whole, **RUN)
    assert code == 0, output[-3000:]
    for part in (folder / "round-1", folder):
        begun = (folder / "config.json").exists()
        process = start("train.py", *train_arguments(data, folder, resume=begun, **RUN))
        while not list((part / "checkpoints").glob("epoch-00002*.npz")):
            assert process.poll() is None, process.communicate()[0][-3000:]
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        finish(process)
    code, output = train(data, folder, resume=True, **RUN)
    assert code == 0, output[-3000:]
    made = pathlib.Path("round-1", "further-examples.tsv")
    assert (folder / made).read_bytes() == (whole / made).read_bytes()
    one, other = left_by(whole), left_by(folder)
    for left in (one, other):
        del left["metrics"]["teacher"]["training_minutes"]
    assert differences(one, other) == []


@pytest.mark.slow
def test_an_interrupted_teacher_says_how_to_go_on(tmp_path):
    data, folder = write_data(tmp_path / "data"), tmp_path / "run"
    settings = {**RUN["set"], "rounds.teacher_epochs": 400}
    flags = train_arguments(data, folder, **{**RUN, "epochs": 400, "set": settings})
    process = start("train.py", *flags)
    while not list((folder / "round-1" / "checkpoints").glob("epoch-*.npz")):
        assert process.poll() is None, process.communicate()[0][-3000:]
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    code, output = finish(process)
    assert code == 130 and "Traceback" not in output
    assert "kvc-train: interrupted; go on with: " in output and "--resume" in output
