"""Run directories: what a training leaves, whole and resumable."""

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.runs.run_checkpoint import RunCheckpoint
from keras_vae_collapse.runs.run_directory import RunDirectory

__all__ = ["RunCheckpoint", "RunDirectory", "RunError", "load_model"]
