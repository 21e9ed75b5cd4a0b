"""Recipes against posterior collapse, and models trained from them."""

import importlib
import pkgutil

from keras_vae_collapse.core.errors import did_you_mean
from keras_vae_collapse.training import Recipe, RecipeError, override
from zoo import recipes as _recipes
from zoo.pretrained_models import load, pretrained

__all__ = ["Recipe", "RecipeError", "load", "override", "pretrained", "recipe", "recipes"]


def recipes() -> list[str]:
    """The names of all recipes, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(_recipes.__path__))


def recipe(name: str) -> Recipe:
    """The recipe of this name.

    Raises:
        RecipeError: there is none; the message lists those there are.
    """
    if name not in recipes():
        raise RecipeError(
            f"no recipe {name!r}. Recipes: {', '.join(recipes())}.{did_you_mean(name, recipes())}"
        )
    return importlib.import_module(f"zoo.recipes.{name}").RECIPE
