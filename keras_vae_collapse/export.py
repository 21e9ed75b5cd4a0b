"""A trained model as a SavedModel that TensorFlow alone can load and run."""

import contextlib
import logging
import os

import keras

from keras_vae_collapse.core.files import replacing


def export_model(model: keras.Model, endpoints: dict, path: str | os.PathLike) -> None:
    """Writes a SavedModel; each endpoint is also a signature of its name.

    Args:
        model: a Keras model.
        endpoints: `{name: (function, signature)}`, the first one the default; see
            `Task.endpoints`.
        path: the folder to write; replaced when complete.
    """
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, (function, signature) in endpoints.items():
        archive.add_endpoint(name, function, signature)
    with replacing(path) as temporary, _only_errors("tensorflow"), _only_errors("absl"):
        archive.write_out(os.fspath(temporary), verbose=False)


@contextlib.contextmanager
def _only_errors(name):
    """Without what TensorFlow says of every export: names of tables, durations, fingerprints."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
