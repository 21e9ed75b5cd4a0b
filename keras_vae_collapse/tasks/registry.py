"""The tasks by name, for commands."""

import importlib

from keras_vae_collapse.core.errors import RecipeError, RunError
from keras_vae_collapse.tasks.task import Task

_CLASSES = {
    "reinflection": ("keras_vae_collapse.tasks.reinflection.task", "ReinflectionTask"),
    "text": ("keras_vae_collapse.tasks.text.task", "TextTask"),
}
# Fields of a recipe that are options of the task of sentences.
_OF_TEXT = ("tokens", "vocabulary_limit", "length_limit")


def task_names() -> list[str]:
    """The names of all tasks."""
    return sorted(_CLASSES)


def task_class(name: str) -> type[Task]:
    """The class of a task.

    Raises:
        RunError: there is none of this name.

    Example:

    ```python
    from keras_vae_collapse.tasks.registry import task_class

    assert task_class("text").name == "text"
    ```
    """
    if name not in _CLASSES:
        raise RunError(f"no task {name!r}. Tasks: {', '.join(task_names())}")
    module, cls = _CLASSES[name]
    return getattr(importlib.import_module(module), cls)


def text_task(recipe, data, dev=None) -> Task:
    """The task of sentences with the options that a recipe names.

    Args:
        recipe: a `Recipe`, or what `config.json` holds of it.
        data, dev: see `TextTask`.

    Raises:
        ValueError: the data are bad, or an option is.
    """
    config = recipe if isinstance(recipe, dict) else recipe.to_config()
    named = {name: config[name] for name in _OF_TEXT if config.get(name) not in (0, "auto", None)}
    from keras_vae_collapse.tasks.text.task import TextTask

    return TextTask(data, dev, **named)


def check_no_text_options(recipe) -> None:
    """Makes sure that a recipe for another task has no option of the task of sentences.

    Raises:
        RecipeError: it has one.
    """
    for name in _OF_TEXT:
        if getattr(recipe, name) not in (0, "auto"):
            raise RecipeError(
                f"`{name}` is a setting of --task=text. Received: {name}={getattr(recipe, name)!r}"
            )
