"""All that a run shows in TensorBoard."""

import os

import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams_api

from keras_vae_collapse.callbacks.collapse_warning import CollapseWarning
from keras_vae_collapse.metrics import rate_per_dimension
from keras_vae_collapse.tensorboard.dev_scalars import DevScalars
from keras_vae_collapse.tensorboard.hparams import flatten_hparams, write_final_figures
from keras_vae_collapse.tensorboard.rate_pictures import RatePictures
from keras_vae_collapse.tensorboard.sample_predictions import SamplePredictions
from keras_vae_collapse.tensorboard.scalar_layout import ScalarLayout


def dev_log_dir(log_dir):
    """Where the figures, pictures and texts of the development set go: the run `dev`."""
    return log_dir / "dev"


def tensorboard_callbacks(log_dir, hparams, view, advice=None):
    """Callbacks that show the development set, after the `DevEvaluation` of each epoch.

    The scalars of training are those of `keras.callbacks.TensorBoard`, in the run `train`.

    Args:
        log_dir: the folder of all logs of the run, a `pathlib.Path`.
        hparams: the options that tell the run from others, a dictionary that may be nested.
        view: the development set, an object with `columns`, `rows` and `gold` as for
            `SamplePredictions`; `prior`, a TFP distribution or `None` for the standard normal;
            and `latest`, `None` or the last evaluation: its `outputs`, one string for each row,
            and the posterior's `loc` and `scale`, `(N, latent)`.
        advice: as for `CollapseWarning`.
    """
    folder = dev_log_dir(log_dir)
    writer = tf.summary.create_file_writer(os.fspath(folder))

    def rates():
        latest = view.latest
        if latest is None:
            return None
        rates = rate_per_dimension(latest.loc, latest.scale, view.prior)
        return None if rates is None else rates.mean(axis=0)

    def outputs():
        return None if view.latest is None else view.latest.outputs

    return [
        DevScalars(writer),
        RatePictures(writer, rates, folder / "rate_per_dimension.tsv"),
        SamplePredictions(writer, view.columns, view.rows, view.gold, outputs),
        CollapseWarning(advice=advice, writer=writer),
        hparams_api.KerasCallback(writer, flatten_hparams(hparams)),
        ScalarLayout(writer),
    ]


def tensorboard_results(log_dir, figures, step, skip=()):
    """Adds the figures of the weights that are kept, see `write_final_figures`.

    Args:
        log_dir: as for `tensorboard_callbacks`.
        figures: `{name: value}`; only numbers are shown.
        step: the epoch of the weights.
        skip: names to leave out.
    """
    write_final_figures(dev_log_dir(log_dir), figures, step, skip)
