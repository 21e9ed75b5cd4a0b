"""What recurrent layers with a loop of their own for CPUs have in common.

Within these loops time comes first: a step is then a contiguous block.
"""

import keras
import tensorflow as tf
from keras import ops


def has_fast_path(layer, training):
    """Whether the options of a recurrent Keras layer are those of a loop of our own, on a CPU."""
    return (
        layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and layer.use_bias
        and not layer.unroll
        and not layer.stateful
        and not (training and (layer.dropout or layer.recurrent_dropout))
        and layer.use_cudnn is not True
        and not tf.config.list_logical_devices("GPU")
    )


def time_first(layer, sequences, mask):
    """Sequences `(length, batch, dim)` and their mask `(length, batch)` in the layer's direction.

    Args:
        layer: a recurrent Keras layer.
        sequences: `(batch, length, dim)`.
        mask: `(batch, length)`, a nest of one such tensor, or `None`.
    """
    mask = keras.tree.flatten(mask)[0]
    x = ops.transpose(ops.cast(sequences, layer.compute_dtype), (1, 0, 2))
    mask = None if mask is None else ops.transpose(ops.cast(mask, "bool"))
    if layer.go_backwards:
        x = ops.flip(x, axis=0)
        mask = None if mask is None else ops.flip(mask, axis=0)
    return x, mask


def outputs_of_states(layer, states, mask):
    """The last output and all outputs of a Keras layer, of states `(length, batch, units)`.

    As in Keras, the output of a sequence is zero until its first unmasked step, and with
    `zero_output_for_mask` at every masked one. A layer that does not return sequences has only
    the last output.
    """
    last = states[-1]
    if mask is not None:
        started = ops.cumsum(ops.cast(mask, "int32"), axis=0) > 0
        shown = mask if layer.zero_output_for_mask else started
        last = ops.where(shown[-1, :, None], last, ops.zeros_like(last))
    if not layer.return_sequences:
        return last, last[:, None]
    if mask is not None:
        states = ops.where(shown[:, :, None], states, ops.zeros_like(states))
    return last, ops.transpose(states, (1, 0, 2))
