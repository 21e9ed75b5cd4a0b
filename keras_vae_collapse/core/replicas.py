"""The replicas of a `tf.distribute` strategy: which one this is, and means over all of them."""

import functools

import tensorflow as tf

import keras_vae_collapse.core.backend  # noqa: F401  says so where Keras has another backend


def replica_context():
    """The context of the current replica, or `None` where there is only one."""
    context = tf.distribute.get_replica_context()
    return None if context is None or context.num_replicas_in_sync == 1 else context


def replica_id():
    """The id of the current replica as an int32 scalar, 0 outside any strategy."""
    context = replica_context()
    if context is None:
        return tf.constant(0, tf.int32)
    return tf.convert_to_tensor(context.replica_id_in_sync_group, tf.int32)


def replica_mean(value):
    """The mean of `value` over all replicas, the same on each; no gradient flows."""
    value = tf.stop_gradient(value)
    context = replica_context()
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
    if replica_context() is None:
        return tf.reduce_mean(values, axis=0)
    count = replica_mean(tf.cast(tf.shape(values)[0], values.dtype))
    part = tf.reduce_sum(values, axis=0) / count  # R sum_r / N
    # In this order the value is that of the mean to the last bit, the same on every replica.
    return replica_mean(part) + (part - tf.stop_gradient(part))


def gathered(values):
    """The rows of all replicas, `(global batch, ...)`, the same on each; differentiable.

    Of a scalar that every replica computes from them the gradient is that of `global_batch_mean`:
    `R` times the part of the replica's own rows.

    Args:
        values: float tensor `(batch, ...)`, all axes but the first of one size everywhere.
    """
    context = replica_context()
    if context is None:
        return values
    return tf.ensure_shape(context.all_gather(values, axis=0), [None, *values.shape[1:]])


@functools.cache
def mirrored_strategy(devices=None):
    """The `MirroredStrategy` of some devices, a tuple of names, or of all GPUs.

    There is one for the same devices in a process: each strategy numbers its collective
    operations from the same start, and TensorFlow takes the first of a second strategy for that of
    the first ("Shape mismatch in the collective instance").
    """
    return tf.distribute.MirroredStrategy(devices)
