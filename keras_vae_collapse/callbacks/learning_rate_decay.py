"""A learning rate that falls to zero by the end of training, whatever ends it."""

import math

import keras

from keras_vae_collapse.core.checks import check_integer, check_number


class LearningRateDecay(keras.callbacks.Callback):
    """Lowers the learning rate along half a cosine to zero at the end of training.

    ```
    rate_t = rate_0 (1 + cos(pi p_t)) / 2,    p_t = max(t / total_steps, share of the time used)
    ```

    with `t` the optimizer's step, so that a resumed training continues where it was. Adds to
    `keras.optimizers.schedules.CosineDecay`: it reaches zero where a time limit ends the training,
    too, which then depends on the speed of the machine. After training the optimizer has `rate_0`
    again.

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
        self._step = int(self.model.optimizer.iterations.numpy())

    def on_train_batch_begin(self, batch, logs=None):
        progress = min(1.0, self._step / self.total_steps)
        if self.time_limit is not None:
            progress = max(progress, self.time_limit.share)
        factor = (1.0 + math.cos(math.pi * progress)) / 2.0
        self.model.optimizer.learning_rate = self.learning_rate * factor

    def on_train_batch_end(self, batch, logs=None):
        self._step += 1

    def on_train_end(self, logs=None):
        self.model.optimizer.learning_rate = self.learning_rate
