"""Training: recipes, the one training loop, rounds, evaluation."""

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.override import override
from keras_vae_collapse.training.recipe import Recipe

__all__ = ["Recipe", "RecipeError", "TrainingOptions", "build", "evaluate", "override", "train"]
# These need TensorFlow; recipes do without.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "TrainingOptions": "keras_vae_collapse.training.options",
        "evaluate": "keras_vae_collapse.training.evaluation",
        "train": "keras_vae_collapse.training.loop",
    },
)
