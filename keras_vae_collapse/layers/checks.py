"""Checks of what layers are called with."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer

# Axes whose size may differ from call to call; weights depend on the others.
VARYING = ("batch", "length", "[length]", "[dim]")


def check_shape(name, shape, *axes):
    """Raises `ValueError` unless a shape has these axes.

    Each is a size, the name of an axis of any known size, one of `VARYING`, or `None`.
    """
    sizes = [axis if isinstance(axis, int) else None for axis in axes]
    if not tf.TensorShape(sizes).is_compatible_with(tuple(shape)):
        expected = ", ".join(str(axis) for axis in axes)
        raise ValueError(f"`{name}` must have shape ({expected}). Received: shape={tuple(shape)}")
    for axis, size in zip(axes, shape, strict=True):
        if size is None and isinstance(axis, str) and axis not in VARYING:
            raise ValueError(
                f"`{name}` must have a known {axis}, on which weights depend: give it to "
                f"keras.Input. Received: shape={tuple(shape)}"
            )


def check_tensor(name, tensor, kind, *axes):
    """As `check_shape`, and unless the tensor's type is of a kind, `"int"` or `"bool"`."""
    check_shape(name, tensor.shape, *axes)
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if kind not in dtype:
        raise ValueError(f"`{name}` must be of type {kind}. Received: dtype={dtype}")


def check_id_list(name, ids):
    """Returns `ids` as a tuple of non-negative integers, or raises `ValueError`."""
    if isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
        raise ValueError(
            f"`{name}` must be a sequence of non-negative integers. Received: {name}={ids!r}"
        )
    return tuple(check_integer(name, i, low=0) for i in ids)


def check_not_symbolic(method, *tensors):
    """Raises `ValueError` for a Keras tensor, given to a method that reads weights of its own.

    Keras would make a model of what the method computes, without these weights.
    """
    if any(isinstance(tensor, keras.KerasTensor) for tensor in tensors):
        raise ValueError(
            f"`{method}` cannot be called with the symbolic tensors of a functional model: call "
            f"the layer itself, or `{method}` within the `call` of a layer of your own. "
            f"Received: {tensors!r}"
        )


def check_layer(name, layer, optional=True):
    """Returns a Keras layer (or `None`, where that is optional), or raises `ValueError`."""
    if not (isinstance(layer, keras.layers.Layer) or (optional and layer is None)):
        allowed = "a Keras layer" + (" or None" if optional else "")
        made = f", the class: write {layer.__name__}(...)" if isinstance(layer, type) else ""
        raise ValueError(f"`{name}` must be {allowed}. Received: {name}={layer!r}{made}")
    return layer


def check_layers(name, layers):
    """Returns a list of Keras layers as such, or raises `ValueError`."""
    if not isinstance(layers, (list, tuple)):
        raise ValueError(f"`{name}` must be a list of Keras layers. Received: {name}={layers!r}")
    return [check_layer(f"{name}[{i}]", layer, optional=False) for i, layer in enumerate(layers)]
