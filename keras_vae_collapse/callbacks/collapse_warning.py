"""A warning when the rate is close to zero."""

import logging
import types

import keras
import tensorflow as tf
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback
from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.losses.rate_term import RateTerm

_ADVICE = (
    "Is your distortion summed over all symbols or pixels of an example, as the rate is over the "
    "dimensions? `SequenceNLL`, `GaussianNLL` and `BernoulliNLL` of `keras_vae_collapse.losses` "
    "are. After training, `keras_vae_collapse.diagnostics.diagnose` with a `LatentModel` of this "
    "model says which dimensions are inactive, why, and what to try."
)


class CollapseWarning(SummaryCallback):
    """Warns, in the console and in TensorBoard, when the rate is below a threshold.

    A model that uses its latent has a rate of many nats after a few hundred steps (`log N`
    nats identify one of N examples), one that collapses has a fraction of a nat. Every model
    starts with a small rate, so there is no warning before epoch `after_epochs` and step
    `after_steps`; from then on each fall below the threshold gives one warning, and the next
    only after the rate has been above it again.

    Of several latents each is watched, and the warning names those below the threshold. Epochs
    are counted over all `fit` of a model.

    The commonest cause is a distortion that is averaged over the elements of an example beside a
    rate that is summed: the warning asks for it, and says so where the model is compiled with a
    loss of Keras, which averages.

    Watch the rate of training, which every rate term logs as `rate` (`NAME_rate` where a model
    has several, with the name of the term). The rate on the development set is no substitute
    where the optimizer averages the weights: the average lags behind by several epochs, and its
    rate starts near 0 in healthy models. The figure for the choice of an epoch is another one,
    `val_negative_elbo`.

    Args:
        rate_nats: the threshold in nats per example, greater than 0.
        after_epochs: the first epoch that can bring a warning, counted from 1.
        after_steps: optimizer steps before which there is none, at least 0: on a small set
            three epochs are next to nothing.
        monitor: name of the rate in the logs; epochs without it do not count. `"rate"` stands for
            the rates of all rate terms of the model.
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
    from keras_vae_collapse.losses import GaussianNLL, KLDivergence

    inputs = keras.Input((8,))
    z = GaussianLatent(latent_dim=2, rate_term=KLDivergence())(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(z))
    model.compile("adam", GaussianNLL())
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
        self._begin()

    def _begin(self):
        self._epochs, self._warned, self._message = 0, set(), None

    def set_model(self, model):
        if model is not self._model:
            self._begin()
        super().set_model(model)

    def on_epoch_begin(self, epoch, logs=None):
        self._print()

    def on_epoch_end(self, epoch, logs=None):
        epoch = max(epoch, self._epochs)
        self._epochs = epoch + 1
        # Not int(): the variable of a strategy with replicas has none.
        steps = convert_to_numpy(self.model.optimizer.iterations)
        if epoch + 1 < self.after_epochs or steps < self.after_steps:
            return
        latents = self._latents()
        rates = {name: logs[name] for name in latents if name in (logs or {})}
        low = {name: rate for name, rate in rates.items() if rate < self.rate_nats}
        new = [name for name in low if name not in self._warned]
        # A rate that is not in the logs changes nothing.
        self._warned = (self._warned - set(rates)) | set(low)
        if new:
            named = [latents[name] for name in new] if len(latents) > 1 else []
            self._message = self.message(epoch, *(low[name] for name in new), latents=named)
            with self.summaries(epoch):
                if self.writer is not None:
                    tf.summary.text("collapse_warning", self._message)

    def on_train_end(self, logs=None):
        self._print()

    def message(self, epoch, *rates, latents=()):
        """The warning, for rates in nats per example of an epoch counted from 0.

        Args:
            epoch: counted from 0.
            *rates: those below the threshold.
            latents: what each belongs to, where the model has several.
        """
        several, loss = len(rates) > 1, self._averaging_loss()
        average = f"The loss `{loss}` of Keras is an average where the rate is a sum. "
        return (
            f"Posterior collapse{' of ' * bool(latents)}{' and '.join(latents)}: the "
            f"rate{'s' * several} of epoch {epoch + 1} {'are' if several else 'is'} "
            f"{' and '.join(f'{rate:.3g}' for rate in rates)} nats per example, below "
            f"{self.rate_nats:g}, so z carries next to no information about the input. "
            f"{average * bool(loss)}{self.advice}"
        )

    def _latents(self):
        """What each watched rate belongs to, by the name of the rate in the logs."""
        layers = getattr(self.model, "_flatten_layers", tuple)()
        terms = [layer for layer in layers if isinstance(layer, RateTerm)]
        if self.monitor != "rate" or not terms:
            return {self.monitor: self.monitor}
        owners = {id(getattr(layer, "rate_term", None)): layer.name for layer in layers}
        names = {term.trackers["rate"].name: owners.get(id(term), term.name) for term in terms}
        return {name: f"{owner} (`{name}`)" for name, owner in names.items()}

    def _averaging_loss(self):
        """The name of a loss of Keras that the model is compiled with, or `None`."""
        for loss in keras.tree.flatten(getattr(self._model, "loss", None)):
            loss = keras.losses.get(loss)
            kind = loss if isinstance(loss, types.FunctionType) else type(loss)
            if loss is not None and kind.__module__.split(".")[0] == "keras":
                return getattr(loss, "name", None) or loss.__name__
        return None

    def _print(self):
        # The progress bar of an epoch ends its line after `on_epoch_end` of all callbacks.
        if self._message is not None:
            logging.warning("%s", self._message)
            self._message = None
