"""Parts of a model written as data: `{"class": "MDRConstraint", "rate_nats": 40.0}`.

A part's options are the arguments of its class; an option may be a part itself. The class is one
of this package's by its name, or any that a user has registered with Keras, by the name of the
class or in full (`"my_package>MyLayer"`).
"""

import importlib
import inspect

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.registration import CLASSES, PACKAGE, registered_class

# Callbacks are parts of a training, not of a saved model.
_NAMES = {**CLASSES, "callbacks": ("AggressiveEncoder", "EncoderPretraining")}
_OPEN = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def is_part(value):
    """Whether a value is the configuration of a part."""
    return isinstance(value, dict) and "class" in value


def find_class(name, packages, field="class"):
    """The class of this name.

    Args:
        name: as in a configuration.
        packages: subpackages of ours to look in, such as `("losses",)`.
        field: what the class is for, for the message.

    Raises:
        RecipeError: there is none; the message lists those there are.
    """
    import keras

    for package in packages:
        if name in _NAMES[package]:
            return getattr(importlib.import_module(f"{PACKAGE}.{package}"), name)
    if isinstance(name, str):
        custom = keras.saving.get_custom_objects()
        names = [key for key in custom if key == name or key.endswith(f">{name}")]
        ours = [key for key in names if key.startswith(f"{PACKAGE}>")]
        if len(names) == 1 and not ours:
            return registered_class(names[0])
    allowed = [n for package in packages for n in _NAMES[package]]
    raise RecipeError(
        f"`{field}.class` must be one of {', '.join(allowed)}, or a class registered with Keras. "
        f"Received: {field}.class={name!r}.{did_you_mean(name, allowed)}"
    )


def options_of(cls):
    """The names of all arguments of a class, those it hands on by `**kwargs` included."""
    names = {}
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        names.update({p.name: None for p in parameters if p.kind not in _OPEN})
        if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters):
            break
    return list(names)


def _of_every_layer():
    """Arguments that every Keras layer takes, not worth a place in a message."""
    import keras

    return options_of(keras.layers.Layer)


def complete_part(field, config, packages, shared=None, fixed=()):
    """A part's configuration with the shared arguments that its class takes filled in.

    Args:
        field: the field of the recipe, for messages.
        config: `{"class": name, option: value, ...}`.
        packages: see `find_class`; for parts within the part all packages are looked in.
        shared: arguments that many parts have, such as sizes, by name; each goes to every class
            that takes one of this name, unless the configuration says otherwise.
        fixed: arguments that a configuration cannot set.

    Raises:
        RecipeError: it is no configuration, or there is no such class or option.
    """
    if not is_part(config):
        raise RecipeError(
            f"`{field}` must be None or a part, {{'class': NAME, option: value}}. "
            f"Received: {field}={config!r}"
        )
    allowed = options_of(find_class(config["class"], packages, field))
    given = {name: value for name, value in (shared or {}).items() if name in allowed}
    complete = {"class": config["class"], **given}
    for name, value in config.items():
        if name == "class":
            continue
        if name not in allowed or name in fixed:
            hidden = {*fixed, *_of_every_layer()}
            known = [option for option in allowed if option not in hidden]
            raise RecipeError(
                f"`{field}` has no option {name!r}. {config['class']} takes: {', '.join(known)}."
                + did_you_mean(name, known)
            )
        nested = f"{field}.{name}"
        complete[name] = (
            complete_part(nested, value, tuple(CLASSES), shared) if is_part(value) else value
        )
    return complete


def make_part(field, config, packages, shared=None, **fixed):
    """The object of a part's configuration, `None` for `None`.

    Args:
        field, config, packages, shared: as for `complete_part`.
        **fixed: arguments that a configuration cannot set.

    Raises:
        RecipeError: there is no such class or option, or the class refuses a value.
    """
    if config is None:
        return None
    complete = complete_part(field, config, packages, shared, fixed)
    cls = find_class(complete.pop("class"), packages, field)
    options = {
        name: make_part(f"{field}.{name}", value, tuple(CLASSES)) if is_part(value) else value
        for name, value in complete.items()
    }
    try:
        return cls(**{**options, **fixed})
    except (TypeError, ValueError) as error:
        raise RecipeError(f"`{field}`: {error}") from error
