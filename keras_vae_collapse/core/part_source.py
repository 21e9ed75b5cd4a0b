"""What the class of a part takes, read from its source: importing it would import TensorFlow.

So a mistyped option, or a value out of its range, is found in milliseconds, before a program has
spent seconds on its imports. What cannot be read is left to the class itself, which checks again.
"""

import ast
import dataclasses
import functools
import pathlib
from collections.abc import Callable

from keras_vae_collapse.core import checks
from keras_vae_collapse.core.registration import PACKAGE

_ROOT = pathlib.Path(__file__).resolve().parents[1]
# What every Keras layer takes besides its own.
LAYER_OPTIONS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
_CHECKS: dict[str, Callable] = {
    name: check for name, check in vars(checks).items() if name.startswith("check_")
}


@dataclasses.dataclass
class PartSource:
    """What a class, or a function, takes.

    Attributes:
        options: names of its arguments, each with whether it has a default.
        checks: `(argument, check)` pairs; `check(name, value)` raises `ValueError`.
        open: whether further arguments go to Keras.
    """

    options: dict[str, bool]
    checks: list[tuple[str, Callable]]
    open: bool = False


@functools.cache
def part_source(package: str, name: str) -> PartSource:
    """What the class or function `name` takes that a package of ours exports.

    Args:
        package: such as `"layers"`.
        name: of the class or function.
    """
    return _read(f"{PACKAGE}.{package}", name)


@functools.cache
def _tree(module):
    path = _ROOT.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def _read(module, name):
    tree = _tree(module)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _signature(module, node, method=False)
        if isinstance(node, ast.ClassDef) and node.name == name:
            return _class(module, node)
    source = _imported(tree).get(name)
    if source is None:
        raise LookupError(f"{module} has no {name}")
    return _read(*source)


def _imported(tree):
    """`{name: (module of ours, name there)}`."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == PACKAGE
        for alias in node.names
    }


def _class(module, node):
    functions = [item for item in node.body if isinstance(item, ast.FunctionDef)]
    init = next((item for item in functions if item.name == "__init__"), None)
    own = _signature(module, init, method=True) if init else PartSource({}, [], open=True)
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            check = _descriptor_check(module, item.value)
            own.checks += [(item.targets[0].id, check)] if check else []
    known = _imported(_tree(module))
    for base in node.bases:
        if isinstance(base, ast.Name):
            above = _read(*known.get(base.id, (module, base.id)))
            own.checks += above.checks
            if own.open:
                own.options = own.options | {
                    n: d for n, d in above.options.items() if n not in own.options
                }
                own.open = above.open
    return own


def _signature(module, node, method):
    arguments = node.args
    positional = (arguments.posonlyargs + arguments.args)[method:]
    given = len(positional) - len(arguments.defaults)
    options = {a.arg: i >= given for i, a in enumerate(positional)}
    for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        options[a.arg] = default is not None
    found = []
    for call in _calls(node):
        names = [getattr(a, "value", getattr(a, "id", None)) for a in call.args[:2]]
        if len(names) == 2 and names[0] == names[1] and names[0] in options:
            check = _bound(module, call, call.args[2:])
            found += [(names[0], check)] if check else []
    return PartSource(options, found, open=arguments.kwarg is not None)


def _calls(node):
    """The calls of checks within a tree that are made whatever the arguments are."""
    if isinstance(node, (ast.If, ast.IfExp, ast.Lambda, ast.Try, ast.For)):
        return
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) in _CHECKS:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _descriptor_check(module, value):
    """The check of `name = Assignable(check, ...)`, whatever the descriptor is called."""
    if not isinstance(value, ast.Call) or not value.args:
        return None
    name = getattr(value.args[0], "id", None)
    if name in _CHECKS:
        return _CHECKS[name]
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for call in _calls(node):
                return _bound(module, call, call.args[2:])
    return None


def _bound(module, call, positional):
    """A check with the bounds of a call, or `None` where they depend on other arguments."""
    try:
        values = [_value(module, node) for node in positional]
        bounds = {keyword.arg: _value(module, keyword.value) for keyword in call.keywords}
    except (ValueError, LookupError):
        return None
    check = _CHECKS[call.func.id]
    return lambda name, value: check(name, value, *values, **bounds)


def _value(module, node):
    """The value of a literal, of a constant of the module, or `tuple(constant)`."""
    if isinstance(node, ast.Name):
        tree = _tree(module)
        for item in tree.body:
            if isinstance(item, ast.Assign) and getattr(item.targets[0], "id", None) == node.id:
                return _value(module, item.value)
        source, name = _imported(tree)[node.id]
        return _value(source, ast.Name(name))
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "tuple":
        return tuple(_value(module, node.args[0]))
    if isinstance(node, ast.Dict):
        return [ast.literal_eval(key) for key in node.keys]
    return ast.literal_eval(node)
