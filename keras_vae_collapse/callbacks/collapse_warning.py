"""A warning when the rate is close to zero."""

import logging

import tensorflow as tf
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback
from keras_vae_collapse.core.checks import check_integer, check_number

_ADVICE = (
    "After training, `keras_vae_collapse.diagnostics.diagnose` with a `LatentModel` of this model "
    "says which dimensions are inactive, why, and what to try."
)


class CollapseWarning(SummaryCallback):
    """Warns, in the console and in TensorBoard, when the rate is below a threshold.

    A model that uses its latent has a rate of many nats after a few hundred steps (`log N`
    nats identify one of N examples), one that collapses has a fraction of a nat. Every model
    starts with a small rate, so there is no warning before epoch `after_epochs` and step
    `after_steps`; from then on each fall below the threshold gives one warning, and the next
    only after the rate has been above it again.

    Watch the rate of training, which every rate term logs as `rate`. The rate on the
    development set is no substitute where the optimizer averages the weights: the average lags
    behind by several epochs, and its rate starts near 0 in healthy models.

    Args:
        rate_nats: the threshold in nats per example, greater than 0.
        after_epochs: the first epoch that can bring a warning, counted from 1.
        after_steps: optimizer steps before which there is none, at least 0: on a small set
            three epochs are next to nothing.
        monitor: name of the rate in the logs; epochs without it do not count.
        advice: a sentence that ends the warning; `None` for one about `diagnose`.
        writer: a `tf.summary.SummaryWriter`, or `None` for the console alone.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.callbacks import CollapseWarning
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import KLDivergence

    inputs = keras.Input((8,))
    z = GaussianLatent(latent_dim=2, rate_term=KLDivergence())(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(z))
    model.compile("adam", "mse")
    warning = CollapseWarning(rate_nats=1.0, after_epochs=2, after_steps=0)
    model.fit(np.ones((4, 8)), np.ones((4, 8)), epochs=3, verbose=0, callbacks=[warning])
    ```
    """

    def __init__(
        self,
        rate_nats: float = 1.0,
        after_epochs: int = 3,
        after_steps: int = 200,
        monitor: str = "rate",
        advice: str | None = None,
        writer=None,
    ):
        super().__init__(writer)
        self.rate_nats = check_number("rate_nats", rate_nats, low=0.0, open_low=True)
        self.after_epochs = check_integer("after_epochs", after_epochs, low=1)
        self.after_steps = check_integer("after_steps", after_steps, low=0)
        self.monitor = monitor
        self.advice = _ADVICE if advice is None else advice
        self._warned = False
        self._message = None

    def on_epoch_begin(self, epoch, logs=None):
        self._print()

    def on_epoch_end(self, epoch, logs=None):
        rate = (logs or {}).get(self.monitor)
        # Not int(): the variable of a strategy with replicas has none.
        steps = convert_to_numpy(self.model.optimizer.iterations)
        if rate is None or epoch + 1 < self.after_epochs or steps < self.after_steps:
            return
        if rate >= self.rate_nats:
            self._warned = False
        elif not self._warned:
            self._warned = True
            self._message = self.message(epoch, rate)
            with self.summaries(epoch):
                if self.writer is not None:
                    tf.summary.text("collapse_warning", self._message)

    def on_train_end(self, logs=None):
        self._print()

    def message(self, epoch, rate):
        """The warning, for a rate in nats per example of an epoch counted from 0."""
        return (
            f"Posterior collapse: the rate of epoch {epoch + 1} is {rate:.3g} nats per example, "
            f"below {self.rate_nats:g}, so z carries next to no information about the input. "
            f"{self.advice}"
        )

    def _print(self):
        # The progress bar of an epoch ends its line after `on_epoch_end` of all callbacks.
        if self._message is not None:
            logging.warning("%s", self._message)
            self._message = None
