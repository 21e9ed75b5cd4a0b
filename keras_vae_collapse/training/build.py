"""From a recipe and a task to a model."""

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.recipe_check import check_recipe


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
        return task.model(recipe, seed)
    except ValueError as error:
        raise RecipeError(f"recipe {recipe.name!r}: {error}") from error
