"""Keras's progress bar, on one line, which does not claim more than was trained."""

import shutil

import keras

# What a person watches first; of others as many as there is room for.
_FIRST = ("rate", "distortion", "loss")
# What precedes the figures: count, bar, time left, time of a step.
_BEFORE = 32


class ProgressBar(keras.callbacks.ProgbarLogger):
    """The bar that `fit` shows, as wide as the terminal, and true to an epoch that was cut short.

    A line that is wider than the terminal cannot be drawn over, and each step would begin another
    one. So while an epoch lasts the bar shows as many figures as there is room for, and all of
    them at its end. Keras also finishes every bar as if all batches had been trained.

    Give it to `fit` with the other callbacks, after those that add to the logs; it takes the place
    of Keras's own.
    """

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        self.progbar.width = 10

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, self._fitting(logs or {}))

    def on_epoch_end(self, epoch, logs=None):
        if self.progbar.target is not None and self.seen < self.progbar.target:
            self.progbar.update(self.seen, list((logs or {}).items()), finalize=True)
        else:
            super().on_epoch_end(epoch, logs)

    def _fitting(self, logs):
        """Those figures that fit into one line of the terminal."""
        room = shutil.get_terminal_size().columns - _BEFORE - 2 * len(str(self.target))
        ordered = [name for name in _FIRST if name in logs]
        ordered += [name for name in logs if name not in _FIRST]
        shown = {}
        for name in ordered:
            room -= len(f" - {name}: 1000.0000")
            if room < 0:
                break
            shown[name] = logs[name]
        return shown
