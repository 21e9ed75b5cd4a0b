"""Stop at the first loss or weight that is not a number."""

import math
from collections.abc import Callable

import keras
import numpy as np
from keras.ops import convert_to_numpy


class NotFiniteLoss(FloatingPointError):
    """The loss became NaN or infinite; the message names the step and the last checkpoint."""


class NaNGuard(keras.callbacks.Callback):
    """Raises `NotFiniteLoss` at the first batch whose running mean loss is not finite.

    Adds to `keras.callbacks.TerminateOnNaN`: an error that names the step and the last good
    checkpoint, and a look at the weights at the end of an epoch, since a gradient that is not
    finite shows in the loss of the next batch only, when a checkpoint is already spoilt. Put the
    callback before those that save or evaluate.

    Args:
        last_checkpoint: a function that returns the path of the last good checkpoint, or
            `None` while there is none.
    """

    def __init__(self, last_checkpoint: Callable):
        super().__init__()
        self._last_checkpoint = last_checkpoint
        self._epoch = self._batch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._batch = batch
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            self._stop(f"the loss is {loss}")

    def on_epoch_end(self, epoch, logs=None):
        for weight in self.model.weights:
            values = convert_to_numpy(weight)
            # Half precision types of TensorFlow are unknown to NumPy's kinds ("V").
            if values.dtype.kind in "fV" and not np.isfinite(values.astype("float32")).all():
                self._stop(f"the weight {weight.path} is not finite")

    def _stop(self, what):
        step = int(self.model.optimizer.iterations.numpy())
        good = self._last_checkpoint()
        raise NotFiniteLoss(
            f"{what} at step {step} (epoch {self._epoch + 1}, batch {self._batch + 1}); "
            + (f"last good checkpoint: {good}" if good else "there is no checkpoint yet")
            + ". A smaller learning rate or gradient clipping may help"
        )
