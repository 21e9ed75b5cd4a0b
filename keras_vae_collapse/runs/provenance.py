"""Where a run comes from: its data and versions, as its `config.json` has them."""

import hashlib
import platform
from importlib import metadata

import tensorflow as tf


def describe_data(data, language, task, train_examples, dev_examples):
    """Name, sizes and SHA-256 of a data set, as JSON values.

    Args:
        data: name or folder, as it was given.
        language: of its files, or `None`.
        task: of its files, 1 to 3.
        train_examples, dev_examples: lists of `Example`; the hash is of their lines, in order.
    """
    digest = hashlib.sha256()
    for example in (*train_examples, *dev_examples):
        digest.update(f"{example.source}\t{example.features}\t{example.target}\n".encode())
    return {
        "name": str(data),
        "language": language,
        "task": task,
        "train_examples": len(train_examples),
        "dev_examples": len(dev_examples),
        "sha256": digest.hexdigest(),
    }


def versions():
    """Versions of Python and the packages that figures depend on, and the types of the devices.

    A package that is not installed has `None`.
    """
    packages = ("keras-vae-collapse", "tensorflow", "keras", "tensorflow-probability", "numpy")
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    found["devices"] = [d.device_type for d in tf.config.list_physical_devices()]
    return found
