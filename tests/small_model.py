"""A model that trains in a moment, and the callbacks of a run around it."""

import types

import keras
import numpy as np

from keras_vae_collapse.callbacks import BestWeights, TimeLimit
from keras_vae_collapse.runs import RunCheckpoint

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")


def make_model(use_ema=False):
    """A linear model with dropout, compiled; every call gives the same weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dropout(0.5, seed=1), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.05, use_ema=use_ema, ema_momentum=0.5), "mse")
    return model


class Score(keras.callbacks.Callback):
    """Puts given development figures into the logs, one for each epoch."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def on_epoch_end(self, epoch, logs=None):
        logs["dev_accuracy"] = self.scores[epoch]


class StopAt(keras.callbacks.Callback):
    """Raises, or asks to stop, at a batch of an epoch, both counted from 0."""

    class Killed(BaseException):
        pass

    def __init__(self, epoch, batch, politely=False):
        super().__init__()
        self.at, self.politely = (epoch, batch), politely

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            if not self.politely:
                raise self.Killed
            self.model.stop_training = True


def fit(folder, epochs, scores, stop=None, patience=99, use_ema=False):
    """Trains, or goes on with what is in `folder`; returns the model and the `RunCheckpoint`."""
    model = make_model(use_ema)
    clock = TimeLimit()
    best = BestWeights("dev_accuracy", patience)
    checkpoint = RunCheckpoint(folder, best, clock)
    done = checkpoint.restore(model)
    checkpoint.save_start(model)
    hooks = [clock, Score(scores), best, checkpoint, *([stop] if stop else [])]
    try:
        model.fit(
            X,
            X[:, :1],
            batch_size=8,
            epochs=epochs,
            initial_epoch=done,
            shuffle=False,
            callbacks=hooks,
            verbose=0,
        )
    except StopAt.Killed:
        pass
    return model, checkpoint


def run_epochs(callback, epochs, first=0, stop_after=None):
    """Passes epochs through a callback as `fit` does, with no batches and no logs."""
    callback.set_model(types.SimpleNamespace(stop_training=False))
    callback.set_params({"epochs": epochs})
    for epoch in range(first, epochs):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch)
        if epoch == stop_after:
            break
    callback.on_train_end()
