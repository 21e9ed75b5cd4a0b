"""The rate of every latent dimension over the epochs, as a picture."""

import pathlib

import numpy as np
import tensorflow as tf

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tensorboard.rate_history import (
    SCALE_NATS,
    draw_heat_map,
    read_rates,
    write_rates,
)


class RatePictures(SummaryCallback):
    """Draws the rate per dimension: a heat map over all epochs and bars of the current epoch.

    A dimension that collapses turns dark; a model that collapses has no light row.

    Args:
        writer: a `tf.summary.SummaryWriter`.
        rate_per_dimension: function without arguments that returns the mean KL of each
            dimension in nats, `(latent_dim,)`, or `None` where there is none.
        history_file: a TSV file that holds the figures of all epochs, written after each one
            and read when a training is resumed; `None` to keep them in memory alone.
        every: epochs from picture to picture; the first and the last epoch have one in any
            case.

    Raises:
        ValueError: `every` is not a positive integer.
    """

    def __init__(self, writer, rate_per_dimension, history_file=None, every=5):
        super().__init__(writer)
        self._rate_per_dimension = rate_per_dimension
        self._file = None if history_file is None else pathlib.Path(history_file)
        self._every = check_integer("every", every, low=1)
        self._history = None  # {epoch from 1: [nats, ...]}
        self._drawn = None

    def on_epoch_begin(self, epoch, logs=None):
        if self._history is None:
            # A killed run may have written epochs that its checkpoint does not know.
            self._history = {e: row for e, row in self._read().items() if e <= epoch}

    def on_epoch_end(self, epoch, logs=None):
        rates = self._rate_per_dimension()
        if rates is None:
            return
        self._history[epoch + 1] = [float(rate) for rate in rates]
        self._write()
        if epoch == 0 or (epoch + 1) % self._every == 0 or self.is_last(epoch):
            self._draw()

    def on_train_end(self, logs=None):
        if self._history and self._drawn != max(self._history):
            self._draw()

    def _draw(self):
        self._drawn = max(self._history)
        with self.summaries(self._drawn - 1):
            tf.summary.image("rate_per_dimension", draw_rates(self._history)[None])

    def _write(self):
        if self._file is not None:
            write_rates(self._file, self._history)

    def _read(self):
        return {} if self._file is None else read_rates(self._file)


def draw_rates(history):
    """The picture of `{epoch: [nats of each dimension]}`: uint8 `(height, width, 4)`.

    TensorBoard shows it in a column of this width, 350 pixels, and scales without smoothing: a
    larger picture would have letters that nobody can read.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    last = max(history)
    now = np.sort(history[last])[::-1]
    with matplotlib.rc_context({"font.size": 9.5, "axes.titlesize": 9.5}):
        figure = Figure(figsize=(3.5, 4.2), dpi=100, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        map_axes, bar_axes = figure.subplots(2, 1, height_ratios=(3, 2))
        figure.colorbar(draw_heat_map(map_axes, history), ax=map_axes)
        map_axes.set(ylabel="latent dimension", title="rate per dimension (nats)")
        bar_axes.bar(np.arange(len(now)), now, width=1.0)
        bar_axes.set_ylim(0.0, max(1.05 * now[0], SCALE_NATS))
        bar_axes.set(xlabel="dimensions, sorted", ylabel="nats")
        bar_axes.set_title(f"epoch {last}: {now.sum():.3g} nats")
        canvas.draw()
        return np.asarray(canvas.buffer_rgba()).copy()
