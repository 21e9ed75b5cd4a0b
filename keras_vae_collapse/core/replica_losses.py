"""Added losses that stay with their replica."""

import threading

import keras
import tensorflow as tf

from keras_vae_collapse.core.replicas import global_batch_mean


class _LossesPerThread(threading.local):
    """Stands for the list of added losses of a Keras layer; every thread has its own."""

    def __init__(self):
        self._losses = []

    def extend(self, losses):
        self._losses.extend(losses)

    def clear(self):
        self._losses.clear()

    def __getitem__(self, index):
        return self._losses[index]

    def __reduce__(self):
        return type(self), ()


def keep_losses_per_replica(layer):
    """Gives `layer` and its sublayers a separate list of added losses for each replica.

    `MirroredStrategy` runs every replica in its own thread, and switches threads wherever
    replicas communicate: at a mean over the global batch, at the assignment of a shared weight.
    A Keras layer keeps the losses of `add_loss` in one list, which all threads share. A replica
    that communicates within its forward pass may then find the losses of another replica in the
    list (the loss is too high), or its own cleared by the call of another (nothing trains on
    it). With one list for each thread neither happens.

    Layers that have separate lists already stay as they are.
    """
    for part in layer._flatten_layers():
        if not isinstance(part._losses, _LossesPerThread):
            separate = _LossesPerThread()
            separate.extend(part._losses)
            # Past the attribute tracking of Keras, which has nothing to track here.
            object.__setattr__(part, "_losses", separate)


def add_batch_loss(layer, values):
    """Adds the mean of `values` over the global batch to the losses of a layer, in its `call`.

    Unlike `layer.add_loss(tf.reduce_mean(values))` this is also right where replicas hold
    different numbers of examples, or none, as in the last batch of an epoch.

    Args:
        layer: the Keras layer that is being called.
        values: float tensor `(batch,)`.
    """
    keep_losses_per_replica(layer._get_call_context().entry_layer)
    add_scalar_loss(layer, global_batch_mean(values))


def add_scalar_loss(layer, value):
    """Adds a scalar to the losses of a layer, in its `call`."""
    # Keras sums it with the compiled loss, whose type is this whatever the precision policy.
    layer.add_loss(tf.cast(value, keras.config.floatx()))
