"""All that a run shows in TensorBoard."""

import json
import os

import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams_api

from keras_vae_collapse.callbacks.collapse_warning import CollapseWarning
from keras_vae_collapse.metrics import rate_per_dimension
from keras_vae_collapse.tensorboard.dev_scalars import DevScalars
from keras_vae_collapse.tensorboard.hparams import flatten_hparams, write_final_figures
from keras_vae_collapse.tensorboard.projector import examples_with_lemmas, write_projector
from keras_vae_collapse.tensorboard.rate_pictures import RatePictures
from keras_vae_collapse.tensorboard.sample_predictions import SamplePredictions


def dev_log_dir(run):
    """Where the figures, pictures and texts of the development set go: the run `dev`."""
    return run.logs / "dev"


def tensorboard_callbacks(run, encoded):
    """Callbacks that show the development set, behind the `DevEvaluation` of each epoch.

    The scalars of training are those of `keras.callbacks.TensorBoard`, in the run `train`.

    Args:
        run: the `RunDirectory`, opened.
        encoded: `EncodedExamples` of the development set, whose `latest` evaluation is shown.
    """
    folder = dev_log_dir(run)
    writer = tf.summary.create_file_writer(os.fspath(folder))

    def rates():
        if encoded.latest is None:
            return None
        latest = encoded.latest
        rates = rate_per_dimension(latest.loc, latest.scale, encoded.prior)
        return None if rates is None else rates.mean(axis=0)

    def forms():
        return None if encoded.latest is None else encoded.latest.forms

    return [
        DevScalars(writer),
        RatePictures(writer, rates, folder / "rate_per_dimension.tsv"),
        SamplePredictions(writer, encoded.examples, forms),
        CollapseWarning(model_dir=run.path, writer=writer),
        hparams_api.KerasCallback(writer, _hparams(run)),
    ]


def tensorboard_results(run, model, dev_examples, figures, step):
    """Adds what is known of the weights that were kept: final figures and the projector.

    Args:
        run: the `RunDirectory`.
        model: the trained `ReinflectionVAE`.
        dev_examples: the development set.
        figures: as `evaluate_model` returns them.
        step: the epoch of the weights.
    """
    write_final_figures(dev_log_dir(run), figures, step)
    data = _config(run)["data"]
    named = examples_with_lemmas(data["name"], data["language"])
    write_projector(dev_log_dir(run), model, dev_examples, named)


def _config(run):
    return json.loads(run.config.read_text(encoding="utf-8"))


def _hparams(run):
    config = _config(run)
    recipe = dict(config["recipe"])
    for text in ("paper", "summary"):
        recipe.pop(text, None)
    recipe["recipe"] = recipe.pop("name")
    data = {name: config["data"][name] for name in ("name", "language", "task")}
    return flatten_hparams({**recipe, "data": data, "seed": config["seed"]})
