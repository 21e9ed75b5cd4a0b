"""Layers that are parts of several other layers, such as one rate term of two latents."""

import weakref

import keras

_USERS: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def use_part(layer, part):
    """Takes down that `part` is a part of `layer`."""
    if isinstance(part, keras.layers.Layer):
        _USERS.setdefault(part, weakref.WeakSet()).add(layer)


def serialize_part(part):
    """The configuration of a part, which a file marks as one object where several layers use it.

    Keras does so for the last of them only: a loaded model would have a part for each, and the
    weights of all but one would be lost.
    """
    config = keras.saving.serialize_keras_object(part)
    if isinstance(part, keras.layers.Layer) and len(_USERS.get(part, ())) > 1:
        config["shared_object_id"] = id(part)
    return config
