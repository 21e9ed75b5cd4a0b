"""Whether, where and why a latent-variable model has collapsed, and what to try."""

import typing

from keras_vae_collapse.core.lazy import lazy_names

if typing.TYPE_CHECKING:
    from keras_vae_collapse.diagnostics.collapse_report import CollapseReport
    from keras_vae_collapse.diagnostics.diagnosis import diagnose
    from keras_vae_collapse.diagnostics.dimensions import Dimension
    from keras_vae_collapse.diagnostics.explaining import explain
    from keras_vae_collapse.diagnostics.explanation import CAUSES, Cause, Explanation
    from keras_vae_collapse.diagnostics.latent_model import LatentModel
    from keras_vae_collapse.diagnostics.latent_space import nearest_neighbour_accuracy, plot_latents
    from keras_vae_collapse.diagnostics.outputs import SampleOutput
    from keras_vae_collapse.diagnostics.remedies import Remedy
    from keras_vae_collapse.diagnostics.thresholds import Thresholds

__all__ = [
    "CAUSES",
    "Cause",
    "CollapseReport",
    "Dimension",
    "Explanation",
    "LatentModel",
    "Remedy",
    "SampleOutput",
    "Thresholds",
    "diagnose",
    "explain",
    "nearest_neighbour_accuracy",
    "plot_latents",
]
# Some need TensorFlow; the help of a command that lies here does without.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "CAUSES": "keras_vae_collapse.diagnostics.explanation",
        "Cause": "keras_vae_collapse.diagnostics.explanation",
        "CollapseReport": "keras_vae_collapse.diagnostics.collapse_report",
        "Dimension": "keras_vae_collapse.diagnostics.dimensions",
        "Explanation": "keras_vae_collapse.diagnostics.explanation",
        "LatentModel": "keras_vae_collapse.diagnostics.latent_model",
        "Remedy": "keras_vae_collapse.diagnostics.remedies",
        "SampleOutput": "keras_vae_collapse.diagnostics.outputs",
        "Thresholds": "keras_vae_collapse.diagnostics.thresholds",
        "diagnose": "keras_vae_collapse.diagnostics.diagnosis",
        "explain": "keras_vae_collapse.diagnostics.explaining",
        "nearest_neighbour_accuracy": "keras_vae_collapse.diagnostics.latent_space",
        "plot_latents": "keras_vae_collapse.diagnostics.latent_space",
    },
)
