"""Run directories: what a training leaves, whole and resumable."""

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.runs.run_directory import RunDirectory

__all__ = ["RunCheckpoint", "RunDirectory", "RunError", "load_model"]
# These need Keras; a folder can be looked at without.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "RunCheckpoint": "keras_vae_collapse.runs.run_checkpoint",
        "load_model": "keras_vae_collapse.runs.model_archive",
    },
)
