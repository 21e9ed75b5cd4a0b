"""Layers, losses, diagnosis and models against posterior collapse of sequence VAEs.

Importing the package imports neither Keras nor TensorFlow: subpackages load when they are used,
and `keras.saving.load_model` finds every class of ours by itself (see `core/registration.py`).
"""

from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.core.registration import register_with_keras

__version__ = "0.2.0"
__all__ = [
    "callbacks",
    "diagnostics",
    "distribute",
    "export",
    "layers",
    "losses",
    "metrics",
    "models",
    "runs",
    "schedules",
    "tasks",
    "testing",
    "training",
]

__getattr__, __dir__ = lazy_names(__name__, {name: f"{__name__}.{name}" for name in __all__})
register_with_keras()
