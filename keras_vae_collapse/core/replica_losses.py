"""Added losses that stay with their replica."""

import threading

from keras_vae_collapse.core.replicas import global_batch_mean


class _LossesPerThread(threading.local):
    """What a Keras layer needs of its list of added losses, a separate one in every thread."""

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
    """Makes the losses added by `layer` and its sublayers those of the current replica.

    `MirroredStrategy` runs each replica in a thread, and hands over to the next thread wherever
    replicas meet: at a mean over the global batch, at the assignment of a shared weight. All
    threads write into the one list that a Keras layer has for `add_loss`. So a replica that
    meets others within its forward pass finds their losses among its own afterwards (a loss
    that is logged too high), or its own cleared by the next replica's call (a loss that is not
    trained on). With one list for each thread neither happens.

    Does nothing to layers that are separate already.
    """
    for part in layer._flatten_layers():
        if not isinstance(part._losses, _LossesPerThread):
            separate = _LossesPerThread()
            separate.extend(part._losses)
            # Past the attribute tracking of Keras, which has nothing to track here.
            object.__setattr__(part, "_losses", separate)


def add_batch_loss(layer, values):
    """Adds the mean of `values` over the global batch to the losses of a layer, in its `call`.

    Unlike `layer.add_loss(tf.reduce_mean(values))` this is right also where replicas hold
    unequally many examples, or none, as in the last batch of an epoch.

    Args:
        layer: the Keras layer that is being called.
        values: float tensor `(batch,)`.
    """
    keep_losses_per_replica(layer._get_call_context().entry_layer)
    layer.add_loss(global_batch_mean(values))
