"""Saves everything at the end of an epoch: a killed run goes on as if it had not been killed."""

import logging
import pathlib

import keras
import tensorflow as tf
from keras.ops import convert_to_numpy

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute.cluster import Cluster
from keras_vae_collapse.runs.checkpoint import (
    DamagedCheckpoint,
    assign,
    load_checkpoint,
    parse_checkpoint,
    save_checkpoint,
    unsaved_draws,
    variables_of,
)

_KEPT = 2


class RunCheckpoint(keras.callbacks.Callback):
    """Writes weights, optimizer, noise, best weights and the record of a run after each epoch.

    One file holds all of it and is renamed into place when complete; the two newest files
    stay. An epoch that was cut short is not saved: a resumed run repeats it whole. The first one
    is saved all the same where it came to an end, so that no training leaves nothing; until then
    `epoch-00000.npz` has the state before it. Put the callback after those whose state it saves.

    Of several workers the chief alone reads and writes; the others get what it has read.

    Args:
        directory: where the files `epoch-00012.npz` go.
        best: the run's `BestWeights`.
        clock: the run's `TimeLimit`.
        cluster: the run's `Cluster`; by default this process alone.
        stateful: `{name: callback}`, others whose `state`, of JSON values, is to be saved.
    """

    def __init__(self, directory, best, clock, cluster=None, stateful=None):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.best = best
        self.clock = clock
        self.cluster = cluster or Cluster(tf.distribute.get_strategy())
        self.stateful = dict(stateful or {})
        self.history = []
        self._batches = 0

    def files(self):
        """The checkpoints there are, oldest first."""
        return sorted(self.directory.glob("epoch-*.npz"))

    def last(self):
        """The path of the newest checkpoint, or `None`; the chief's, on every worker."""
        return self.cluster.from_chief(lambda: next(map(str, reversed(self.files())), None))

    def restore(self, model):
        """Brings `model`, its optimizer and the callbacks to the newest good checkpoint.

        A damaged file is skipped with a warning as long as an older one is whole.

        Returns:
            The number of epochs done, 0 if there is no checkpoint.

        Raises:
            DamagedCheckpoint: there are checkpoints, and none can be used.
        """
        # Otherwise only `fit` does this, which a run that is complete does without.
        self.best.set_model(model)
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
        path = self.cluster.from_chief(self._newest_good)
        if path is None:
            return 0
        data = pathlib.Path(path).read_bytes() if self.cluster.is_chief else b""
        arrays, state = parse_checkpoint(self.cluster.bytes_from_chief(data))
        assign(variables_of(model), arrays["variables"])
        # Older files have none.
        for count, array in zip(unsaved_draws(model), arrays.get("draws", []), strict=False):
            count.assign(array)
        self.best.arrays = arrays.get("best", [])
        self.best.state = state["best"]
        self.clock.resume(state["elapsed_seconds"])
        for name, callback in self.stateful.items():
            callback.state = state[name]
        self.history = state["history"]
        return state["epoch"]

    def _newest_good(self):
        failure = None
        for path in reversed(self.files()):
            try:
                load_checkpoint(path)
                return str(path)
            except DamagedCheckpoint as error:
                logging.warning("%s; trying the one before it", error)
                failure = error
        if failure is not None:
            raise failure
        return None

    def save_start(self, model):
        """Saves the state before the first epoch, unless there is a checkpoint."""

        def write():
            if not self.files():
                self._write(0, model)

        self.cluster.from_chief(write)

    def on_epoch_begin(self, epoch, logs=None):
        self._batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self._batches = batch + 1

    def on_epoch_end(self, epoch, logs=None):
        record = {name: float(value) for name, value in (logs or {}).items()}
        self.history.append({"epoch": epoch + 1, **record})
        if epoch == 0 or self._batches >= (self.params.get("steps") or 0):
            self.cluster.from_chief(lambda: self._write(epoch + 1, self.model))

    def _write(self, epoch, model):
        arrays = {
            "variables": [convert_to_numpy(variable) for variable in variables_of(model)],
            "draws": [count.numpy() for count in unsaved_draws(model)],
            "best": self.best.arrays,
        }
        state = {
            "epoch": epoch,
            "best": self.best.state,
            "elapsed_seconds": self.clock.elapsed_seconds,
            "history": self.history,
            **{name: callback.state for name, callback in self.stateful.items()},
        }
        path = self.directory / f"epoch-{epoch:05d}.npz"
        last = next(reversed(self.files()), None)
        try:
            save_checkpoint(path, arrays, state)
        except OSError as error:
            raise RunError(
                f"cannot write {path}: {error.strerror or error}; "
                + (f"the last good checkpoint is {last}" if last else "there is no earlier one")
            ) from error
        kept = [path for path in self.files() if not epoch or path.stem != "epoch-00000"]
        for old in set(self.files()) - set(kept[-_KEPT:]):
            old.unlink(missing_ok=True)
