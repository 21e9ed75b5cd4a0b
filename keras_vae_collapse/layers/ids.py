"""Checks of ids and of the masks that come with them."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer


def check_id_list(name, ids):
    """Returns `ids` as a tuple of non-negative integers, or raises `ValueError`."""
    if isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
        raise ValueError(
            f"`{name}` must be a sequence of non-negative integers. Received: {name}={ids!r}"
        )
    return tuple(check_integer(name, i, low=0) for i in ids)


def check_ids(name, ids, shape=(None, None)):
    """Raises `ValueError` unless `ids` are integers of a shape `(batch, length)`."""
    _check(name, ids, "int", shape)


def check_mask(name, mask, shape):
    """Raises `ValueError` unless a mask is boolean and of a shape `(batch, length)`."""
    _check(name, mask, "bool", shape)


def _check(name, tensor, kind, shape):
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if kind not in dtype or not tf.TensorShape(shape).is_compatible_with(tuple(tensor.shape)):
        sizes = [known or size for known, size in zip(shape, ("batch", "length"), strict=True)]
        raise ValueError(
            f"`{name}` must be of type {kind} and shape ({sizes[0]}, {sizes[1]}). "
            f"Received: shape={tuple(tensor.shape)}, dtype={dtype}"
        )
