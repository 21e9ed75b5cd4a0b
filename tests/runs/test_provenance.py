"""Which software a run says that it was made with."""

import importlib.metadata
import platform

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.runs.provenance import versions


def test_each_package_has_its_version_and_one_that_is_not_installed_none(monkeypatch):
    def version(name, of=importlib.metadata.version):
        if name == "keras-vae-collapse":
            raise importlib.metadata.PackageNotFoundError(name)
        return of(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = versions()
    assert found.pop("tensorflow-probability") and found.pop("devices")[0] == "CPU"
    assert found == {
        "python": platform.python_version(), "keras-vae-collapse": None,
        "tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__,
    }  # fmt: skip
