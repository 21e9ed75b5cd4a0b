"""Strategies by name, and means over the replicas of a strategy."""

import functools

import tensorflow as tf

from keras_vae_collapse._checks import check_choice, check_integer
from keras_vae_collapse.multiworker import multiworker_strategy

STRATEGIES = ("auto", "single", "mirrored", "multiworker")


def _replicas():
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return None
    return context


def replica_mean(value):
    """The mean of `value` over all replicas, the same on each; no gradient flows."""
    value = tf.stop_gradient(value)
    context = _replicas()
    if context is None:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def global_batch_mean(values):
    """The mean of `values` over their first axis and over all replicas, differentiable.

    The value is that of the global batch, the same on each replica, however many examples each
    holds: a replica that the last batch of an epoch leaves without any adds nothing. The
    gradient is `R` times that of the replica's part of the mean, which is what Keras expects of
    an added loss: it divides each replica's loss by the number of replicas `R` and sums the
    gradients.

    Args:
        values: float tensor `(batch, ...)`.
    """
    context = _replicas()
    if context is None:
        return tf.reduce_mean(values, axis=0)
    count = replica_mean(tf.cast(tf.shape(values)[0], values.dtype))
    part = tf.reduce_sum(values, axis=0) / count  # R sum_r / N
    # In this order the value is that of the mean to the last bit, the same on every replica.
    return replica_mean(part) + (part - tf.stop_gradient(part))


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
        return _mirrored_strategy(_divide_cpu(logical_cpus))
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        return _mirrored_strategy(None)
    return tf.distribute.get_strategy()


@functools.cache
def _mirrored_strategy(devices):
    # One for the same devices in a process: each strategy numbers its collective operations from
    # the same start, and TensorFlow takes the first of a second strategy for that of the first
    # ("Shape mismatch in the collective instance").
    return tf.distribute.MirroredStrategy(devices)


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
