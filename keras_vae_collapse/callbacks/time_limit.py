"""Stop after a number of minutes of training."""

import time

import keras


class TimeLimit(keras.callbacks.Callback):
    """Ends training once it has lasted for a number of minutes, at the next batch.

    The epoch that is cut short counts for the result, but a resumed run repeats it completely
    and ends as if there had been no limit. (Except where a `LearningRateDecay` follows the time,
    and where it is the first epoch, which is kept as it is.)

    `cut_after` is `(epoch, batches)` from 1 where training was cut short, else `None`.

    Args:
        max_minutes: minutes of training in all, those before a resume and of an earlier `fit`
            included; `None` for no limit.
        cluster: an object whose `from_chief(ask)` returns, on every worker, what `ask()` returns
            on the chief, which has the clock; `None` for this process alone.
    """

    def __init__(self, max_minutes: float | None = None, cluster=None):
        super().__init__()
        self.max_seconds = None if max_minutes is None else 60.0 * max_minutes
        self._from_chief = (lambda ask: ask()) if cluster is None else cluster.from_chief
        self.cut_after = None
        self._epoch = 0
        self.resume(0.0)

    def resume(self, elapsed_seconds):
        """Continues the count of a run that has lasted `elapsed_seconds`."""
        self._start = time.monotonic() - elapsed_seconds
        self._seconds = elapsed_seconds

    @property
    def elapsed_seconds(self):
        """Seconds of training so far, earlier sessions included."""
        self._seconds = time.monotonic() - self._start
        return self._seconds

    @property
    def expired(self):
        """Whether the time is used up; the same on every worker."""
        return self.max_seconds is not None and self._from_chief(
            lambda: self.elapsed_seconds > self.max_seconds
        )

    @property
    def share(self):
        """The share of the time that is used up, in [0, 1]; the same on every worker."""
        if self.max_seconds is None:
            return 0.0
        share = self._from_chief(lambda: self.elapsed_seconds / max(self.max_seconds, 1e-9))
        return min(1.0, share)

    def on_train_begin(self, logs=None):
        # From the last look at the clock on: between two `fit` it stands still.
        self.resume(self._seconds)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.expired:
            self.cut_after = (self._epoch + 1, batch + 1)
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self._seconds = self.elapsed_seconds
