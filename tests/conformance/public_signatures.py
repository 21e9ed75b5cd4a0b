"""Names, parameters and defaults of all that is public, as lines of text.

Written anew, where a change is meant, by `python tests/conformance/public_signatures.py`.
"""

import importlib
import inspect
import json
import pathlib
import sys

FILE = pathlib.Path(__file__).with_suffix(".txt")
PACKAGES = [
    *(
        f"keras_vae_collapse.{name}"
        for name in (
            "callbacks", "diagnostics", "distribute", "export", "layers", "losses", "metrics",
            "models", "runs", "schedules", "tasks", "tasks.reinflection",
            "tasks.reinflection.augmentation", "tasks.reinflection.back_translation",
            "tasks.reinflection.distillation",
            "tasks.reinflection.unlabelled_parts", "tasks.text", "testing",
            "training",
        )
    ),
    "zoo",
]  # fmt: skip


def signatures():
    """A line for each public class, method and function."""
    lines = []
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in sorted(_public(module)):
            value = getattr(module, name)
            lines.append(f"{package}.{name}{_parameters(value)}")
            if inspect.isclass(value):
                lines += [
                    f"{package}.{name}.{method}{_parameters(function)}"
                    for method, function in sorted(vars(value).items())
                    if inspect.isfunction(function) and not method.startswith("_")
                ]
    return lines


def recipes():
    """A line for each recipe: what it has other than a recipe has by default."""
    import zoo

    default = zoo.Recipe("", "", "").to_config()
    lines = []
    for name in zoo.recipes():
        config = zoo.recipe(name).to_config()
        changed = {
            field: value
            for field, value in config.items()
            if value != default[field] and field not in ("name", "paper", "summary")
        }
        lines.append(f"recipe {name}: {json.dumps(changed)}")
    return lines


def _public(module):
    own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
    names = getattr(module, "__all__", [name for name in own if not name.startswith("_")])
    return [name for name in names if callable(getattr(module, name))]


def _parameters(value):
    try:
        signature = signature_of(value)
    except ValueError:  # of a class that has none
        return ""
    return "(" + ", ".join(_parameter(p) for p in signature.parameters.values()) + ")"


def signature_of(value):
    """As `inspect.signature`, of classes whose `__init__` is ours.

    That of Keras has other parameters in other versions. Where it is that of a base class of ours,
    Python 3.10 shows the `__new__` of Keras.
    """
    signature = inspect.signature(value)
    of_init = getattr(getattr(value, "__init__", None), "__module__", "")
    if of_init.startswith("keras."):
        raise ValueError(f"the __init__ of {value} is that of Keras")
    if not inspect.isclass(value) or list(signature.parameters) != ["args", "kwargs"]:
        return signature
    _, *parameters = inspect.signature(value.__init__).parameters.values()
    return signature.replace(parameters=parameters)


def _parameter(parameter):
    star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default = parameter.default
    if default is parameter.empty:
        return f"{star}{parameter.name}"
    return f"{parameter.name}={getattr(default, '__name__', None) or repr(default)}"


def text():
    """All lines."""
    return "\n".join([*signatures(), *recipes()]) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
    FILE.write_text(text(), encoding="utf-8")
