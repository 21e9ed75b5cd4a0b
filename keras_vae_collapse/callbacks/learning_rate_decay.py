"""A learning rate that falls to zero by the end of training, whatever ends it."""

import logging
import math

import keras
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.one_fit import end_fit, undo_after_fit
from keras_vae_collapse.core.checks import check_integer, check_number


class LearningRateDecay(keras.callbacks.Callback):
    """Lowers the learning rate along half a cosine to zero at the end of training.

    ```
    rate_t = rate_0 (1 + cos(pi p_t)) / 2,    p_t = max(t / total_steps, share of the time used)
    ```

    with `t` the optimizer's step, so that a resumed training, or a further `fit`, continues where
    it was; beyond `total_steps` the rate is 0, and a warning says so. Adds to
    `keras.optimizers.schedules.CosineDecay`: it reaches zero where a time limit ends the training,
    too, which then depends on the speed of the machine. After training the optimizer has `rate_0`
    again; after an exception it has it when the next training begins.

    (Cosine without restarts: Loshchilov & Hutter 2017, arXiv:1608.03983.)

    Args:
        learning_rate: `rate_0`, greater than 0.
        total_steps: steps of the whole training, a positive integer.
        time_limit: a `TimeLimit`, or `None` where steps alone count.

    Raises:
        ValueError: `learning_rate` is not positive, or `total_steps` not a positive integer.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import LearningRateDecay

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    x, y = np.ones((8, 2)), np.ones((8, 1))
    decay = LearningRateDecay(learning_rate=0.1, total_steps=20)
    model.fit(x, y, batch_size=2, epochs=5, verbose=0, callbacks=[decay])
    ```
    """

    def __init__(self, learning_rate: float, total_steps: int, time_limit=None):
        super().__init__()
        self.learning_rate = check_number("learning_rate", learning_rate, low=0.0, open_low=True)
        self.total_steps = check_integer("total_steps", total_steps, low=1)
        self.time_limit = time_limit

    def on_train_begin(self, logs=None):
        optimizer, self._now = self.model.optimizer, None
        if int(optimizer.iterations.numpy()) >= self.total_steps:
            logging.warning(
                "all %d steps of LearningRateDecay are done: the learning rate is 0",
                self.total_steps,
            )

        def put_back():
            # Unless somebody has set another one since.
            now = float(convert_to_numpy(optimizer.learning_rate))
            if self._now is not None and math.isclose(now, self._now, rel_tol=1e-6):
                optimizer.learning_rate = self.learning_rate

        undo_after_fit(self.model, put_back)

    def on_epoch_begin(self, epoch, logs=None):
        self._step = int(self.model.optimizer.iterations.numpy())

    def on_train_batch_begin(self, batch, logs=None):
        progress = min(1.0, (self._step + batch) / self.total_steps)
        if self.time_limit is not None:
            progress = max(progress, self.time_limit.share)
        factor = (1.0 + math.cos(math.pi * progress)) / 2.0
        self._now = self.learning_rate * factor
        self.model.optimizer.learning_rate = self._now

    def on_train_end(self, logs=None):
        end_fit(self.model)
