"""Signals that end a training early but in order."""

import contextlib
import signal

import keras


class Interrupts(keras.callbacks.Callback):
    """Ctrl-C and SIGTERM end `fit` between two batches.

    Within `with interrupts:` the first signal is noted, and `KeyboardInterrupt` is raised where
    the next batch begins or ends: thrown into the middle of a TensorFlow call it can crash the
    process. A second signal raises it at once. A signal that the process ignores stays ignored.

    Outside the main thread, where signals cannot be handled, the block changes nothing.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import Interrupts

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with Interrupts() as interrupts:
        model.fit(np.ones((4, 2)), np.ones((4, 1)), callbacks=[interrupts], verbose=0)
    ```
    """

    def __init__(self):
        super().__init__()
        self.requested = False
        self._restore = contextlib.ExitStack()

    def __enter__(self):
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is signal.SIG_IGN:
                continue
            try:
                old = signal.signal(number, self._note)
            except ValueError:
                continue
            self._restore.callback(signal.signal, number, old)
        return self

    def __exit__(self, *_):
        self._restore.close()

    def _note(self, *_):
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def _raise_if_requested(self):
        if self.requested:
            raise KeyboardInterrupt

    def on_train_batch_begin(self, batch, logs=None):
        self._raise_if_requested()

    def on_train_batch_end(self, batch, logs=None):
        self._raise_if_requested()
