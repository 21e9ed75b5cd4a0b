"""Signals that end a training early but in order."""

import contextlib
import signal

import keras

from keras_vae_collapse.core.noted_signals import noted


class Interrupts(keras.callbacks.Callback):
    """Ctrl-C and SIGTERM end `fit` between two batches.

    Within `with interrupts:` the first signal is noted, and `KeyboardInterrupt` is raised where
    the next batch begins or ends: thrown into the middle of a TensorFlow call it can crash the
    process. A second signal goes to the handler of before, which by default ends all at once. A
    signal that the process ignores stays ignored.

    `requested` is the signal, `None` if there was none; `repeated` whether there was a second.

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
        self.requested, self.repeated, self._raised = None, False, False
        self._restore = contextlib.ExitStack()

    def __enter__(self):
        self.requested, self.repeated, self._raised = None, False, False
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

    def _note(self, number, _):
        if self.requested:
            self.repeated = True
            self._restore.close()
            signal.raise_signal(number)
        noted.append(number)
        self.requested = signal.Signals(number)

    def _raise_if_requested(self):
        if self.requested:
            self._raised = True
            raise KeyboardInterrupt

    def on_train_begin(self, logs=None):
        # What has ended one `fit` does not end the next within the same block.
        if self._raised:
            self.requested, self._raised = None, False

    def on_train_batch_begin(self, batch, logs=None):
        self._raise_if_requested()

    def on_train_batch_end(self, batch, logs=None):
        self._raise_if_requested()
