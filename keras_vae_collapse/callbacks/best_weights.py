"""Early stopping whose memory can be saved with a run."""

from collections.abc import Callable

import keras
from keras.ops import convert_to_numpy

from keras_vae_collapse.callbacks.weight_average import averaged_weights


class BestWeights(keras.callbacks.Callback):
    """Remembers the best weights, stops when they stop improving, restores them on demand.

    Adds to `keras.callbacks.EarlyStopping`: a state that is saved with a run (`state` and
    `arrays`), a second figure that decides ties, and the averaged weights of the optimizer. A
    further `fit` goes on: its epochs count from the last one on, and patience that has run out
    begins anew.

    While the weight of a rate term rises, `val_loss` rises by itself. `val_negative_elbo`, which
    rate terms log for every compiled model, does not: monitor it, with `mode="min"`, in
    `keras.callbacks.EarlyStopping`.

    Args:
        monitor: name of the figure in the logs; larger is better.
        patience: epochs without improvement before training ends.
        tie_break: a figure of which less is better, compared where `monitor` is equal, or
            `None`.
        start_epoch: the first epochs, this many, do not count, such as those of a pretraining.
        min_delta: a rise of the figure by less than this gives better weights, which are kept, but
            no further patience, as in `keras.callbacks.EarlyStopping`.
        settled: a function without arguments. Epochs that begin before it returns `True`, such as
            those in which the weight of a rate term still rises, use up no patience.
        adapt: a function without arguments that is called with the averaged weights in place,
            before they are kept; see `averaged_weights`.
    """

    def __init__(
        self,
        monitor: str,
        patience: int,
        tie_break: str | None = None,
        start_epoch: int = 0,
        min_delta: float = 0.0,
        settled: Callable[[], bool] | None = None,
        adapt: Callable | None = None,
    ):
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.tie_break = tie_break
        self.start_epoch = start_epoch
        self.min_delta = min_delta
        self._settled, self._adapt = settled, adapt
        self._counts = True
        # `risen` is the figure that the next rise is measured from.
        self.state = {"best": None, "best_epoch": None, "waited": 0, "risen": None}
        self.arrays: list = []
        self._epochs = 0

    def on_train_begin(self, logs=None):
        if self.state["waited"] >= self.patience:
            self.state = {**self.state, "waited": 0}

    def on_epoch_begin(self, epoch, logs=None):
        self._counts = self._settled is None or self._settled()

    def on_epoch_end(self, epoch, logs=None):
        epoch = max(epoch, self._epochs)
        self._epochs = epoch + 1
        if epoch < self.start_epoch or self.monitor not in (logs or {}):
            return
        score = [float(logs[self.monitor]), -float(logs.get(self.tie_break, 0.0))]
        state = dict(self.state)
        if better := state["best"] is None or score > state["best"]:
            with averaged_weights(self.model, self._adapt):
                self.arrays = [convert_to_numpy(weight).copy() for weight in self.model.weights]
            state |= {"best": score, "best_epoch": epoch + 1}
        if not self._counts or (better and self._has_risen(score[0])):
            self.state = {**state, "waited": 0, "risen": state["best"][0]}
            return
        self.state = {**state, "waited": state["waited"] + 1}
        if self.state["waited"] >= self.patience:
            self.model.stop_training = True

    def _has_risen(self, figure):
        best = self.state["best"]
        if best is None or not self.min_delta:
            return True
        # A run from before there was a `risen` goes on from its best figure.
        return figure >= self.state.get("risen", best[0]) + self.min_delta

    def restore(self):
        """Gives the model its best weights, if any epoch has counted."""
        for weight, array in zip(self.model.weights, self.arrays, strict=bool(self.arrays)):
            weight.assign(array)
