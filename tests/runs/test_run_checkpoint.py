import errno
import logging
import types

import keras
import numpy as np
import pytest
from small_model import Score, StopAt, X, fit, make_model
from training_runs import bits

from keras_vae_collapse.callbacks import BestWeights, TimeLimit
from keras_vae_collapse.core import files
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.layers import Dropout
from keras_vae_collapse.runs import RunCheckpoint
from keras_vae_collapse.runs.checkpoint import DamagedCheckpoint, load_checkpoint

SCORES = [0.1, 0.4, 0.3, 0.4, 0.2, 0.2]


def newest(folder):
    """The newest checkpoint without its times, comparable."""
    arrays, state = load_checkpoint(max(folder.glob("epoch-*.npz")))
    del state["elapsed_seconds"]
    return state, {name: [bits(array) for array in group] for name, group in arrays.items()}


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "ema"])
def uninterrupted(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    fit(folder, 5, SCORES, use_ema=request.param)
    return folder, request.param


@pytest.mark.parametrize(
    "stops",
    [
        [StopAt(2, 1)],
        [StopAt(0, 2), StopAt(1, 0), StopAt(4, 2)],
        [StopAt(3, 1, politely=True)],
    ],
    ids=["once", "often", "cut short"],
)
def test_an_interrupted_training_ends_like_one_never_stopped(uninterrupted, tmp_path, stops):
    folder, use_ema = uninterrupted
    for stop in stops:
        fit(tmp_path, 5, SCORES, stop, use_ema=use_ema)
    fit(tmp_path, 5, SCORES, use_ema=use_ema)
    assert newest(tmp_path) == newest(folder)
    assert len(newest(tmp_path)[0]["history"]) == 5


class Raised(keras.callbacks.Callback):
    """Raises a dropout that a model was built with at rate 0."""

    def on_epoch_begin(self, epoch, logs=None):
        self.model.get_layer("raised").rate = 0.5


def test_a_dropout_raised_while_training_goes_on_drawing_where_it_was(tmp_path):
    def trained(folder, epochs):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((3,)), Dropout(0.0, seed=1, name="raised"), keras.layers.Dense(1)]
        )
        model.compile(keras.optimizers.Adam(0.05), "mse")
        checkpoint = RunCheckpoint(folder, BestWeights("dev_accuracy", 9), TimeLimit())
        done = checkpoint.restore(model)
        hooks = [Score(SCORES), checkpoint.best, checkpoint, Raised()]
        model.fit(
            X,
            X[:, :1],
            epochs=epochs,
            initial_epoch=done,
            shuffle=False,
            callbacks=hooks,
            verbose=0,
        )
        return bits(model.get_weights()[0])

    trained(tmp_path / "resumed", 2)
    resumed = trained(tmp_path / "resumed", 4)
    assert resumed == trained(tmp_path / "whole", 4)
    assert newest(tmp_path / "resumed")[1]["draws"] == [bits(np.int64(4))]


def test_an_epoch_cut_short_is_not_saved(tmp_path):
    fit(tmp_path, 5, SCORES, StopAt(2, 1, politely=True))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["epoch-00001.npz", "epoch-00002.npz"]


def test_a_first_epoch_leaves_a_checkpoint_whatever_ends_it(tmp_path):
    fit(tmp_path / "killed", 5, SCORES, StopAt(0, 1))
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["epoch-00000.npz"]
    fit(tmp_path / "cut", 5, SCORES, StopAt(0, 1, politely=True))
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["epoch-00001.npz"]
    _, checkpoint = fit(tmp_path / "cut", 2, SCORES)
    assert [record["epoch"] for record in checkpoint.history] == [1, 2]


def test_the_two_newest_checkpoints_stay_and_know_the_time(tmp_path):
    _, checkpoint = fit(tmp_path, 4, SCORES)
    assert [path.name for path in checkpoint.files()] == ["epoch-00003.npz", "epoch-00004.npz"]
    assert checkpoint.last() == str(tmp_path / "epoch-00004.npz")
    _, again = fit(tmp_path, 4, SCORES)
    state = load_checkpoint(tmp_path / "epoch-00004.npz")[1]
    assert again.clock.elapsed_seconds > state["elapsed_seconds"] > 0.0


def test_early_stopping_goes_on_counting(tmp_path):
    # Best in epoch 2, so with a patience of 2 the fourth epoch is the last.
    scores = [0.1, 0.5, 0.3, 0.3, 0.9]
    fit(tmp_path, 3, scores, patience=2)
    _, checkpoint = fit(tmp_path, 5, scores, patience=2)
    assert [record["epoch"] for record in checkpoint.history] == [1, 2, 3, 4]
    state = {"best": [0.5, 0.0], "best_epoch": 2, "waited": 2, "risen": 0.5}
    assert checkpoint.best.state == state


def test_the_best_weights_of_a_complete_run_can_be_restored(tmp_path):
    model, first = fit(tmp_path, 3, SCORES)
    first.best.restore()
    again = make_model()
    checkpoint = RunCheckpoint(tmp_path, BestWeights("dev_accuracy", 9), TimeLimit())
    assert checkpoint.restore(again) == 3
    checkpoint.best.restore()
    for one, other in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path, caplog):
    fit(tmp_path / "a", 5, SCORES)
    fit(tmp_path / "b", 4, SCORES)
    path = tmp_path / "b" / "epoch-00004.npz"
    path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        fit(tmp_path / "b", 5, SCORES)
    assert "epoch-00004.npz is damaged" in caplog.text
    assert newest(tmp_path / "a") == newest(tmp_path / "b")


def test_checkpoints_that_are_all_damaged_are_not_taken_for_a_new_run(tmp_path):
    fit(tmp_path, 2, SCORES)
    for path in tmp_path.iterdir():
        path.write_bytes(b"PK")
    with pytest.raises(DamagedCheckpoint, match="epoch-00001.npz is damaged"):
        fit(tmp_path, 3, SCORES)


def test_a_full_disk_names_the_file_and_the_last_good_checkpoint(tmp_path, monkeypatch):
    fit(tmp_path, 2, SCORES)
    before = newest(tmp_path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(RunError, match=r"epoch-00003.npz: No space left.*epoch-00002.npz"):
        fit(tmp_path, 3, SCORES)
    monkeypatch.undo()
    assert newest(tmp_path) == before
    fit(tmp_path, 3, SCORES)
    assert newest(tmp_path)[0]["epoch"] == 3


def test_the_state_of_further_callbacks_comes_back(tmp_path):
    def checkpoint(state):
        further = types.SimpleNamespace(state=state)
        best, clock = BestWeights("dev_accuracy", 9), TimeLimit()
        return RunCheckpoint(tmp_path, best, clock, stateful={"further": further}), further

    saved, _ = checkpoint({"aggressive": False, "previous": 1.5})
    saved.restore(model := make_model())
    saved.save_start(model)
    again, further = checkpoint({"aggressive": True, "previous": None})
    assert again.restore(make_model()) == 0
    assert further.state == {"aggressive": False, "previous": 1.5}
