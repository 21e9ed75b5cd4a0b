"""Checks of what layers are called with."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer


def check_shape(name, shape, *axes):
    """Raises `ValueError` unless a shape has these axes: sizes, or names of axes of any size."""
    sizes = [axis if isinstance(axis, int) else None for axis in axes]
    if not tf.TensorShape(sizes).is_compatible_with(tuple(shape)):
        expected = ", ".join(str(axis) for axis in axes)
        raise ValueError(f"`{name}` must have shape ({expected}). Received: shape={tuple(shape)}")


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
