"""Recipes against posterior collapse, and models trained from them."""

import importlib
import typing

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.lazy import lazy_names
from zoo import recipes as _recipes

if typing.TYPE_CHECKING:
    from keras_vae_collapse.training import Recipe, override
    from zoo.pretrained_models import load, pretrained

__all__ = ["Recipe", "RecipeError", "load", "override", "pretrained", "recipe", "recipes"]
# What takes a part of a second to import.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Recipe": "keras_vae_collapse.training.recipe",
        "load": "zoo.pretrained_models",
        "override": "keras_vae_collapse.training.override",
        "pretrained": "zoo.pretrained_models",
    },
)


def recipes() -> list[str]:
    """The names of all recipes, sorted."""
    import pkgutil  # here, since a command should hear Ctrl-C before it imports much

    return sorted(module.name for module in pkgutil.iter_modules(_recipes.__path__))


def recipe(name: str) -> "Recipe":
    """The recipe of this name.

    Raises:
        RecipeError: there is none; the message lists those there are.
    """
    if name not in recipes():
        raise RecipeError(
            f"no recipe {name!r}. Recipes: {', '.join(recipes())}.{did_you_mean(name, recipes())}"
        )
    return importlib.import_module(f"zoo.recipes.{name}").RECIPE
