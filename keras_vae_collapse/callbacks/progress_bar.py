"""Keras's progress bar, which does not claim more than was trained."""

import keras


class ProgressBar(keras.callbacks.ProgbarLogger):
    """The bar that `fit` shows, except that an epoch that was cut short stays where it ended.

    Keras finishes every bar as if all batches had been trained. Give it to `fit` with the other
    callbacks, after those that add to the logs; it takes the place of Keras's own.
    """

    def on_epoch_end(self, epoch, logs=None):
        if self.progbar.target is not None and self.seen < self.progbar.target:
            self.progbar.update(self.seen, list((logs or {}).items()), finalize=True)
        else:
            super().on_epoch_end(epoch, logs)
