"""Watches the layers of a model while it runs, and keeps its optimizers from moving it."""

import contextlib
import unittest.mock

import keras
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.unchanged import optimizers


@contextlib.contextmanager
def replaced(owner, **methods):
    """Gives one object methods of its own, past the attribute tracking of Keras, for a while."""
    own = vars(owner)
    before = {name: own[name] for name in methods if name in own}
    own.update(methods)
    try:
        yield
    finally:
        for name in methods:
            own.pop(name, None)
        own.update(before)


@contextlib.contextmanager
def watched(layers, after):
    """Within, `after(layer, args, kwargs, outputs)` follows each call and returns its outputs."""
    with contextlib.ExitStack() as stack:
        for layer in layers:
            stack.enter_context(replaced(layer, call=_watching(layer, layer.call, after)))
        yield


def _watching(layer, call, after):
    def watching(*args, **kwargs):
        return after(layer, args, kwargs, call(*args, **kwargs))

    return watching


@contextlib.contextmanager
def recorded_losses(model):
    """Within, a training step moves no weight; yields the list of losses it has differentiated."""
    losses = []
    gradient = tf.GradientTape.gradient

    def recording(tape, target, *args, **kwargs):
        if all(target is not loss for loss in losses):
            losses.append(target)
        return gradient(tape, target, *args, **kwargs)

    def nothing(*args, **kwargs):
        return None

    def unscaled(loss):
        return loss

    with contextlib.ExitStack() as stack:
        for optimizer in optimizers(model):
            stack.enter_context(
                replaced(optimizer, apply_gradients=nothing, apply=nothing, scale_loss=unscaled)
            )
        stack.enter_context(unittest.mock.patch.object(tf.GradientTape, "gradient", recording))
        yield losses, gradient


def same(tensor):
    """A tensor of its own with the values, and the Keras mask, of another."""
    copy = tf.identity(tensor)
    mask = getattr(tensor, "_keras_mask", None)
    if mask is not None:
        copy._keras_mask = mask
    return copy


def tensors(values):
    """The floating and integer tensors in a nest, in order."""
    return [
        value
        for value in keras.tree.flatten(values)
        if isinstance(value, (tf.Tensor, tf.Variable, keras.Variable))
    ]


def is_float(value):
    """Whether a value is a tensor of floating numbers."""
    return isinstance(value, tf.Tensor) and value.dtype.is_floating
