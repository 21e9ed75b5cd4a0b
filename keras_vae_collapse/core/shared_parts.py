"""Layers that are parts of several other layers, such as one rate term of two latents."""

import warnings
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


def deserialize_part(config, user, name):
    """The inverse of `serialize_part`.

    Where a whole model is loaded from a file, layers that shared a part share it again. Elsewhere,
    as in `keras.models.clone_model`, nobody knows which of them belong together: each gets a part
    of its own, and a warning says so.

    Args:
        config: the configuration, or `None`.
        user: the layer whose part it is, for the warning.
        name: what the part is to it.
    """
    if isinstance(config, dict) and "shared_object_id" in config and not _objects_are_shared():
        warnings.warn(
            f"`{name}` of {user} was shared with another layer and now is a copy of its own: "
            "keras.models.clone_model and from_config copy layer by layer. To keep it shared, "
            "save the model and load it with keras.models.load_model",
            stacklevel=3,
        )
    return keras.saving.deserialize_keras_object(config)


def _objects_are_shared():
    """Whether Keras, loading a file, makes one object of those with one number."""
    config = keras.saving.serialize_keras_object(keras.initializers.Zeros())
    config["shared_object_id"] = "keras_vae_collapse"  # no number of any other object
    first, second = (keras.saving.deserialize_keras_object(config) for _ in range(2))
    return first is second
