"""Strategies by name."""

import tensorflow as tf

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.replicas import mirrored_strategy
from keras_vae_collapse.distribute.multiworker import multiworker_strategy

STRATEGIES = ("auto", "single", "mirrored", "multiworker")


def make_strategy(name="auto", logical_cpus=0):
    """The `tf.distribute` strategy of a flag.

    Call it before TensorFlow computes anything. A second call with the same arguments gives the
    same mirrored strategy.

    Args:
        name: `"auto"` (all GPUs with `MirroredStrategy`, or the one device there is),
            `"single"`, `"mirrored"` or `"multiworker"` (through `TF_CONFIG` or Slurm).
        logical_cpus: for `"mirrored"` without a GPU, replicas to make of the CPU.

    Raises:
        ValueError: the name is none of these, or TensorFlow has started and the CPU can no
            longer be divided.
    """
    check_choice("strategy", name, STRATEGIES)
    check_integer("logical_cpus", logical_cpus, low=0)
    gpus = tf.config.list_physical_devices("GPU")
    if name == "multiworker":
        return multiworker_strategy()
    if name == "mirrored" and not gpus and logical_cpus > 1:
        return mirrored_strategy(_divide_cpu(logical_cpus))
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        return mirrored_strategy(None)
    return tf.distribute.get_strategy()


def _divide_cpu(count):
    (cpu,) = tf.config.list_physical_devices("CPU")
    try:
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * count
        )
    except RuntimeError as error:
        if len(tf.config.list_logical_devices("CPU")) < count:
            raise ValueError(
                "`logical_cpus` must be set before TensorFlow starts. "
                f"Received: logical_cpus={count}"
            ) from error
    return tuple(f"CPU:{i}" for i in range(count))
