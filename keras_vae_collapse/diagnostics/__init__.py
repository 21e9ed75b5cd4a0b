"""Whether, where and why a latent-variable model has collapsed, and what to try."""

from keras_vae_collapse.diagnostics.collapse_report import CollapseReport
from keras_vae_collapse.diagnostics.diagnosis import diagnose
from keras_vae_collapse.diagnostics.dimensions import Dimension
from keras_vae_collapse.diagnostics.latent_model import LatentModel
from keras_vae_collapse.diagnostics.latent_space import nearest_neighbour_accuracy, plot_latents
from keras_vae_collapse.diagnostics.outputs import SampleOutput
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.thresholds import Thresholds

__all__ = [
    "CollapseReport",
    "Dimension",
    "LatentModel",
    "Remedy",
    "SampleOutput",
    "Thresholds",
    "diagnose",
    "nearest_neighbour_accuracy",
    "plot_latents",
]
