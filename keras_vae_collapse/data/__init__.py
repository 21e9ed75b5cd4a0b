"""Where version 0.1 had the words of reinflection; they are in `tasks.reinflection` now."""

import warnings

from keras_vae_collapse.tasks import reinflection


def __getattr__(name):
    if name.startswith("_") or not hasattr(reinflection, name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(
        f"{name} is in keras_vae_collapse.tasks.reinflection now", DeprecationWarning, stacklevel=2
    )
    return getattr(reinflection, name)
