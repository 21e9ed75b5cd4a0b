"""Fixtures that several test folders share."""

import os
import pathlib
import signal
import sys

# Tests import the modules beside them by name.
sys.path.extend(
    sorted({str(module.parent) for module in pathlib.Path(__file__).parent.rglob("*.py")})
)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import hypothesis
import pytest
import tensorflow as tf
from tensorflow.python.framework.ops import gradient_registry

# A shell's background job ignores Ctrl-C, and so would the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# For tests of replicas. Logical devices must be made before TensorFlow starts, so before any test
# module is imported; single-device tests run on the first of them and see no difference.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

# No time fails a test.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# TensorFlow counts the traces of all models of a process, so that its advice on retracing comes in
# whichever test is at hand, also in one that reads the log.
tf.get_logger().addFilter(lambda record: "tf.function retracing" not in record.getMessage())

_BESIDE = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data" / "sigmorphon2016"


@pytest.fixture(scope="module", autouse=True)
def forgotten_gradients():
    """TensorFlow keeps every custom gradient, and by it every function ever traced, until it ends.

    Two thousand tests in a process held 4 GB of them.
    """
    entries = gradient_registry._registry
    before = set(entries)
    yield
    for name in set(entries) - before:
        if name.startswith("CustomGradient-"):
            del entries[name]


@pytest.fixture(scope="session")
def sigmorphon2016_dir():
    """The folder of real SIGMORPHON 2016 files, or a skip that says what is missing."""
    folder = pathlib.Path(os.environ.get("KERAS_VAE_COLLAPSE_DATA", _BESIDE))
    if not (folder / "turkish-task3-dev").is_file():
        pytest.skip(f"no SIGMORPHON 2016 files in {folder}; set KERAS_VAE_COLLAPSE_DATA")
    return folder


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """The `FinishedRun` of a tiny model on a tiny data set."""
    from training_runs import TINY, write_data

    import zoo
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import train

    folder = tmp_path_factory.mktemp("tiny")
    recipe = zoo.override(
        zoo.recipe("mdr"), [f"{k}={v}" for k, v in TINY.items()] + ["rate_nats=6", "patience=99"]
    )
    task = ReinflectionTask(write_data(folder / "data"))
    return train(recipe, task, folder / "run", epochs=3, verbose=0)
