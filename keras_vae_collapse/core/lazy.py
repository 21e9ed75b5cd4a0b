"""Packages whose public names are imported when they are first used (PEP 562)."""

import importlib
import sys


def lazy_names(package, sources):
    """`(__getattr__, __dir__)` of a package that imports its public names on first use.

    Args:
        package: the package's `__name__`.
        sources: `{public name: module that defines it}`; a module maps to itself.
    """

    def __getattr__(name):
        if name not in sources:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(sources[name])
        value = module if module.__name__ == f"{package}.{name}" else getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__, lambda: sorted({*vars(sys.modules[package]), *sources})
