"""What defines a training, as its `config.json` has it."""

import os
import sys

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.training.held_out import hold_out
from keras_vae_collapse.training.old_recipes import has_earlier_slots
from keras_vae_collapse.training.options import TrainingOptions
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.recipe_check import check_recipe


def describe(recipe: Recipe, task: Task, options: TrainingOptions) -> dict:
    """What a run directory compares before a training is resumed, as JSON values.

    Args:
        recipe: completed by the task.
        task: with the development examples that choose, see `hold_out`.
        options: those of the training.
    """
    epochs = recipe.epochs if options.epochs is None else options.epochs
    return {
        "recipe": recipe.to_config(),
        "task": task.name,
        "data": task.description(),
        "seed": options.seed,
        "epochs": epochs,
        # A decaying learning rate depends on the last epoch, so a resumed run cannot move it.
        "decay_epochs": None if recipe.learning_rate_decay == "constant" else epochs,
        "strategy": options.strategy,
        **({"held_out": options.held_out} if options.held_out else {}),
        "command": sys.argv if options.command is None else list(options.command),
    }


def run_directory(path: str | os.PathLike) -> RunDirectory:
    """The `RunDirectory` of a training, which reads recipes of earlier versions, too."""

    def todays_recipe(config):
        if has_earlier_slots(config):
            raise RunError(
                f"cannot resume {path}: its slots are those of an earlier version, and no model of "
                "today takes their weights. Finish it with the version that began it, or pass "
                "--overwrite to begin again"
            )
        return Recipe.from_config(config).to_config()

    return RunDirectory(path, todays_recipe)


def check_training(
    recipe: Recipe, task: Task, output_dir: str | os.PathLike, options: TrainingOptions
) -> str | None:
    """Finds without TensorFlow what would end a training before its first batch.

    Returns:
        Why there is nothing left to train, or `None`.

    Raises:
        RecipeError: a value of the recipe is impossible.
        RunError: the run directory cannot be used as asked.
    """
    check_recipe(recipe)
    task, _ = hold_out(task, options.held_out)
    recipe = task.complete(recipe)
    task.chosen_monitor(recipe.monitor)  # raises
    run, description = run_directory(output_dir), describe(recipe, task, options)
    run.check(description, options.resume, options.overwrite)
    if options.resume:
        return run.why_finished(description["epochs"], options.max_minutes)
    return None
