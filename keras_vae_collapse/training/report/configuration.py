"""The settings of a run: what was set, what makes its recipe, and all of them."""

import json
import typing

from keras_vae_collapse.training.changed_settings import changed_settings
from keras_vae_collapse.training.recipe import Recipe

_TEXTS = ("name", "paper", "summary")
# What a recipe may leave to the task, and how it does so.
_LEFT_TO_THE_TASK = {
    "augmentation": "auto", "tokens": "auto", "vocabulary_limit": 0, "length_limit": 0,
}  # fmt: skip


class Settings(typing.NamedTuple):
    """Settings `name=value`.

    Attributes:
        set: those that differ from the recipe of this name; where that is not known, those of
            the command line.
        filled: those that the recipe leaves to the task.
        of_recipe: those that differ from a recipe without any, plain KL.
        all: every one.
    """

    set: list[str]
    filled: list[str]
    of_recipe: list[str]
    all: list[str]


def run_settings(config, recipes=None) -> Settings:
    """The settings of a run.

    Args:
        config: what its `config.json` holds.
        recipes: where recipes come from: an object with `recipe(name)`; or `None`.
    """
    recipe = Recipe.from_config(config["recipe"]).to_config()
    plain = Recipe(*(recipe[name] for name in _TEXTS)).to_config()
    named = _named(recipes, recipe["name"])
    default = plain if named is None else named
    left = [n for n, text in _LEFT_TO_THE_TASK.items() if default[n] == text != recipe[n]]
    filled = changed_settings(_only(recipe, left), _only(default, left), ())
    without = (*_TEXTS, *left)
    return Settings(
        _said(config) if named is None else changed_settings(recipe, named, without),
        filled,
        changed_settings(recipe, plain, without),
        _flat(recipe),
    )


def _named(recipes, name):
    if recipes is None:
        return None
    try:
        return recipes.recipe(name).to_config()
    except ValueError:  # a recipe of one's own
        return None


def _said(config):
    """The settings of `--set` in the command that began a run."""
    parts = [str(part) for part in config.get("command") or ()]
    after = [part for flag, part in zip(parts, parts[1:], strict=False) if flag == "--set"]
    return after + [w.removeprefix("--set=") for w in parts if w.startswith("--set=")]


def _only(config, names):
    return {name: config[name] for name in names}


def _flat(recipe):
    return [f"{n}={_text(v)}" for n, v in recipe.items() if n not in _TEXTS]


def _text(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
