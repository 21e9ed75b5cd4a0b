"""The one backend that the distributions of TensorFlow Probability have with Keras 3."""

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_vae_collapse needs Keras on TensorFlow, the one backend that TensorFlow "
        f"Probability has with Keras 3: set KERAS_BACKEND=tensorflow "
        f"(now {keras.backend.backend()!r})"
    )
