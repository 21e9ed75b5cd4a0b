"""Figures of the development set in the logs of every epoch."""

from collections.abc import Callable

import keras

from keras_vae_collapse.callbacks.weight_average import averaged_weights


class DevEvaluation(keras.callbacks.Callback):
    """Puts the figures of an evaluation into the logs, as `dev_NAME`, at the end of an epoch.

    The progress bar, TensorBoard, `BestWeights` and any callback after this one see them. If
    the optimizer averages the weights, the averaged weights are evaluated.

    Args:
        evaluate: a function without arguments that returns `{name: number}`.
        adapt: as of `BestWeights`.
    """

    def __init__(self, evaluate: Callable, adapt: Callable | None = None):
        super().__init__()
        self._evaluate, self._adapt = evaluate, adapt

    def on_epoch_end(self, epoch, logs=None):
        with averaged_weights(self.model, self._adapt):
            figures = self._evaluate()
        logs.update({f"dev_{name}": value for name, value in figures.items()})
