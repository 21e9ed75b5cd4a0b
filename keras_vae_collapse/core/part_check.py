"""Whether a part can be made, told from the source of its class."""

import sys
from collections.abc import Iterable

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.part_source import LAYER_OPTIONS, part_source
from keras_vae_collapse.core.parts import find_class, is_part


def check_part(
    field: str,
    part: dict,
    roles: dict,
    shared: dict | None = None,
    fixed: Iterable[str] = (),
) -> None:
    """Makes sure that a part's class exists, serves here, and takes the options with their values.

    A class that a user has registered with Keras checks itself when it is made, and so does what
    the source of ours does not show.

    Args:
        field: the field of the recipe, for messages.
        part: `{"class": name, option: value, ...}`.
        roles: `{field: (package, {class of a part: name of the class or function})}`, also of
            parts within parts, by `field.option`.
        shared: `{option: (field, value)}`, what other fields give it unless it says otherwise.
        fixed: arguments that the part gets elsewhere.

    Raises:
        RecipeError: it is otherwise; the message names the field.
    """
    if not is_part(part):
        raise RecipeError(
            f"`{field}` must be a part, {{'class': NAME, option: value}}. "
            f"Received: {field}={part!r}"
        )
    package, classes = roles[field]
    name = part["class"]
    if not isinstance(name, str) or name not in classes:
        _check_foreign(field, name, classes)
        return
    source = part_source(package, classes[name])
    known = [option for option in source.options if option not in fixed]
    for option in part:
        if option != "class" and not (option in known or (source.open and option in LAYER_OPTIONS)):
            raise RecipeError(
                f"`{field}` has no option {option!r}. {name} takes: {', '.join(known)}."
                + did_you_mean(option, [*known, "class"])
            )
    own = {option: (f"{field}.{option}", value) for option, value in part.items()}
    given = {**(shared or {}), **own}
    for option in known:
        if not (source.options[option] or option in given):
            raise RecipeError(f"`{field}` needs `{option}`: set {field}.{option}, too")
    try:
        for option, check in source.checks:
            if option in given and not isinstance(given[option][1], dict):
                check(*given[option])
    except ValueError as error:
        raise RecipeError(str(error)) from error
    for place, value in own.values():
        if is_part(value):
            if place not in roles:
                raise RecipeError(f"`{place}` cannot be a part. Received: {place}={value!r}")
            check_part(place, value, roles, shared)


def _check_foreign(field, name, classes):
    keras = ""
    if "keras" in sys.modules:
        keras = ", or a class registered with Keras"
        try:
            find_class(name, ())
            return
        except RecipeError:
            pass
    raise RecipeError(
        f"`{field}.class` must be one of {', '.join(classes)}{keras}. "
        f"Received: {field}.class={name!r}.{did_you_mean(name, classes)}"
    )
