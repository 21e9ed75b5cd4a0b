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


def reinflection_task(
    recipe, data, language=None, task=None, added_tasks=(), dev=None, unlabeled=()
) -> Task:
    """The task of reinflection, or of words alone where the recipe learns from nothing else.

    Args:
        recipe: a `Recipe`, or what `config.json` holds of it.
        data, language, task, added_tasks, dev, unlabeled: see `ReinflectionTask`.

    Raises:
        ValueError: the data are bad.
    """
    config = recipe if isinstance(recipe, dict) else recipe.to_config()
    from keras_vae_collapse.tasks.reinflection import ReinflectionTask, WordTask
    from keras_vae_collapse.tasks.reinflection.unlabelled_parts import are_alone

    part = config.get("unlabeled")
    if unlabeled and part is None:
        raise RecipeError(
            f"recipe {config['name']!r} makes no use of words without features: take the recipe "
            "'msved', or set unlabeled.class=LatentFeatures"
        )
    cls = WordTask if are_alone(part) else ReinflectionTask
    labelled = config.get("labelled", 0)
    return cls(data, language, task, added_tasks, dev, unlabeled, labelled)


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
