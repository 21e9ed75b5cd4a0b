"""Settings such as `rate_term.rate_nats=30` that change a recipe."""

import ast
import contextlib
import dataclasses
import difflib
import math
from collections.abc import Iterable

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.parts import is_part
from keras_vae_collapse.training.old_recipes import todays_setting
from keras_vae_collapse.training.recipe import Recipe

_FIXED = ("name", "paper", "summary")
_FIELDS = {f.name: f.type for f in dataclasses.fields(Recipe) if f.name not in _FIXED}
_NUMBERS = {name for name, kind in _FIELDS.items() if kind in (int, float, str)}


def override(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """A recipe with some settings replaced.

    Args:
        recipe: a `Recipe`.
        settings: strings `name=value`. A name is a field (`latent_dim=32`), an option of a part
            (`rate_term.rate_nats=30`, `latent.prior.components=5`), the class of a part
            (`decoder.class=HistorylessGRUDecoder` or `decoder=HistorylessGRUDecoder`, which
            begins with that class's defaults), or an option alone (`rate_nats=30`) where only one
            part of the recipe has it. `None` takes a part away.

    Raises:
        RecipeError: there is no such setting, or the value is not of its type; the message lists
            what there is and names the nearest.
    """
    for setting in settings:
        name, separator, text = setting.partition("=")
        if not separator:
            raise RecipeError(f"a setting must look like name=value. Received: {setting!r}")
        recipe = _replaced(recipe, name.strip(), text.strip())
    return recipe


def _replaced(recipe, name, text):
    config = recipe.to_config()
    name, text = todays_setting(name, text, config)
    path = _path(config, name)
    field = path[0]
    if len(path) == 1:
        value = _field_value(field, text)
    else:
        value = _with_option(recipe, config[field], path, text)
    return recipe.replace(**{field: value})


def _path(config, name):
    """The names that lead from the recipe to a setting."""
    path = name.split(".")
    if path[0] in _FIELDS:
        return path
    owners = [(field, *inner) for field in _FIELDS for inner in _options(config[field])]
    found = [owner for owner in owners if owner[-len(path) :] == tuple(path)]
    if len(found) == 1:
        return list(found[0])
    known = [*_FIELDS, *(".".join(owner) for owner in owners)]
    if found:
        raise RecipeError(
            f"recipe {config['name']!r} has {name!r} more than once: say "
            + " or ".join(".".join(owner) for owner in found)
        )
    short = {owner[-1]: ".".join(owner) for owner in owners}
    near = difflib.get_close_matches(name, [*known, *short], n=1)
    hint = f" Did you mean {short.get(near[0], near[0])!r}?" if near else ""
    raise RecipeError(
        f"recipe {config['name']!r} has no setting {name!r}. Allowed: {', '.join(known)}.{hint}"
    )


def _options(value):
    """The paths to all options within a part."""
    if isinstance(value, dict):
        for name, entry in value.items():
            if name != "class":
                yield (name,)
            yield from ((name, *inner) for inner in _options(entry))


def _field_value(field, text):
    kind = _FIELDS[field]
    if field in _NUMBERS:
        return _convert(field, text, kind)
    value = _literal(text)
    if value is None or isinstance(value, (dict, list)) or value == "auto":
        return value
    if isinstance(value, str) and value:
        parts = [{"class": name} for name in value.split("+")]
        return parts[0] if len(parts) == 1 else parts
    raise RecipeError(f"`{field}` must be a part, a class or None. Received: {field}={text!r}")


def _with_option(recipe, part, path, text, above=""):
    """A part with one option replaced, however deep."""
    holder, name = above + ".".join(path[:-1]), path[-1]
    if part is None and path[0] == "rounds" and not above:
        part = {}  # they have no class: any option begins them, the others keep their defaults
    if not isinstance(part, dict):
        if name == "class" and len(path) == 2:
            return {"class": text}
        raise RecipeError(
            f"recipe {recipe.name!r} has no {above}{path[0]}: set {above}{path[0]}.class first. "
            f"Received: {above}{'.'.join(path)}={text!r}"
        )
    if len(path) > 2:
        inner = _with_option(recipe, part.get(path[1]), path[1:], text, f"{above}{path[0]}.")
        return {**part, path[1]: inner}
    if name == "class":
        return {"class": text}  # another class has other options
    old = part.get(name)
    full = f"{holder}.{name}"
    kept = type(old) in (int, float, str)
    value = _convert(full, text, type(old)) if kept else _literal(text)
    return {**part, name: {"class": value} if is_part(old) and isinstance(value, str) else value}


def _literal(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text  # all that a text can make of Python's parser


def _convert(name, text, kind):
    if kind is str:
        return text
    value = _literal(text)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if kind is float and abs(value) < math.inf:
            with contextlib.suppress(OverflowError):
                return float(value)
        if kind is int and value % 1 == 0:
            return int(value)
    raise RecipeError(f"`{name}` must be of type {kind.__name__}. Received: {name}={text!r}")
