"""Layers, losses, diagnosis and models against posterior collapse of sequence VAEs."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_vae_collapse needs Keras on TensorFlow, the one backend that TensorFlow "
        f"Probability has with Keras 3: set KERAS_BACKEND=tensorflow "
        f"(now {keras.backend.backend()!r})"
    )

from keras_vae_collapse import layers, losses, models, schedules  # noqa: E402

__all__ = ["layers", "losses", "models", "schedules"]
__version__ = "0.1.0"
