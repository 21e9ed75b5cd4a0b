"""What a run shows in TensorBoard."""

from keras_vae_collapse.tensorboard.dev_scalars import DevScalars
from keras_vae_collapse.tensorboard.projector import write_projector
from keras_vae_collapse.tensorboard.rate_pictures import RatePictures
from keras_vae_collapse.tensorboard.run_callbacks import (
    dev_log_dir,
    tensorboard_callbacks,
    tensorboard_results,
)
from keras_vae_collapse.tensorboard.sample_predictions import SamplePredictions

__all__ = [
    "DevScalars",
    "RatePictures",
    "SamplePredictions",
    "dev_log_dir",
    "tensorboard_callbacks",
    "tensorboard_results",
    "write_projector",
]
