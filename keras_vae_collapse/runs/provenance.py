"""Which software a run was made with, as its `config.json` has it."""

import platform
from importlib import metadata

import tensorflow as tf


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
