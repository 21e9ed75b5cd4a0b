"""What ends a training, what it then says, and what it leaves."""

import os
import signal

import pytest
from training_runs import tiny
from watched_task import Watched

from keras_vae_collapse.callbacks import time_limit
from keras_vae_collapse.runs import RunError
from keras_vae_collapse.training import train


def names(run):
    return sorted(path.name for path in (run / "checkpoints").glob("*.npz"))


def go(task, folder, **options):
    return train(tiny("base"), task, folder, export=False, **{"verbose": 0, "epochs": 9, **options})


def test_a_limit_in_the_first_epoch_says_so_and_leaves_a_checkpoint(tmp_path, monkeypatch, capsys):
    # Of 4 batches; each look at the clock is a second, and there are at most two before the first.
    clock = iter(range(100))
    with monkeypatch.context() as patch:
        patch.setattr(time_limit.time, "monotonic", lambda: float(next(clock)))
        run = go(Watched(), tmp_path, max_minutes=3 / 60, verbose=1)
    output = capsys.readouterr().out
    assert "the time limit of 0.05 minutes ended training in epoch 1, after " in output
    assert "of its 4 batches" in output and "4/4" not in output
    assert run.metrics["ended_by"] == "max_minutes"
    assert names(tmp_path) == ["epoch-00001.npz"]
    (tmp_path / "checkpoints" / "epoch-00001.npz").unlink()
    before = (tmp_path / "model.keras").read_bytes(), (tmp_path / "metrics.json").read_bytes()
    with pytest.raises(RunError, match="holds model.keras.*but no checkpoint"):
        go(Watched(), tmp_path, resume=True)
    assert before == (
        (tmp_path / "model.keras").read_bytes(),
        (tmp_path / "metrics.json").read_bytes(),
    )


class Interrupted(Watched):
    """Sends this process a signal when its outputs are asked for the `at`-th time."""

    def __init__(self, at):
        super().__init__()
        self.at = at

    def outputs(self, model, examples, beam_width=1):
        if len(self.asked) + 1 == self.at:
            os.kill(os.getpid(), signal.SIGINT)
        return super().outputs(model, examples, beam_width)


def test_a_signal_ends_a_training_with_its_best_weights(tmp_path, capsys):
    run = go(Interrupted(at=1), tmp_path)
    assert "interrupted: finishing with the best weights so far" in capsys.readouterr().out
    assert (run.metrics["ended_by"], run.metrics["epochs"]) == ("SIGINT", 1)
    assert names(tmp_path) == ["epoch-00001.npz"]


@pytest.mark.slow
def test_before_the_first_epoch_is_done_there_is_nothing_to_finish(tmp_path, monkeypatch):
    def interrupted(self, batch, logs=None):
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(time_limit.TimeLimit, "on_train_batch_end", interrupted)
        go(Watched(), tmp_path)
    assert names(tmp_path) == ["epoch-00000.npz"] and not (tmp_path / "model.keras").exists()
    run = go(Watched(), tmp_path, resume=True, epochs=1)
    assert (run.metrics["ended_by"], names(tmp_path)) == ("epochs", ["epoch-00001.npz"])
