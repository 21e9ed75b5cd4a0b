"""From a recipe and a task to a model."""

import contextlib

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.recipe_check import check_recipe


@contextlib.contextmanager
def _policy(precision):
    """Layers that are made within have a policy of this name."""
    if precision == "auto":
        yield
        return
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def build(recipe: Recipe, task: Task, seed: int = 0):
    """The model of a recipe for a task, not yet compiled.

    Args:
        recipe: a `Recipe`.
        task: a `Task`.
        seed: seed of all noise in the model; initial weights follow the global Keras seed.

    Raises:
        RecipeError: a value of the recipe is impossible.
    """
    check_recipe(recipe)
    try:
        with _policy(recipe.precision):
            return task.model(recipe, seed)
    except ValueError as error:
        raise RecipeError(f"recipe {recipe.name!r}: {error}") from error
