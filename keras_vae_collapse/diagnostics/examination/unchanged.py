"""Leaves a model as it was, whatever happens within."""

import contextlib
from collections.abc import Mapping

import keras
import tensorflow as tf

_KERAS_OBJECTS = (
    keras.layers.Layer,
    keras.metrics.Metric,
    keras.optimizers.Optimizer,
    keras.random.SeedGenerator,
)


@contextlib.contextmanager
def unchanged(model):
    """Puts every variable of a model back at the end, to the last bit.

    Weights, states of the optimizer (of all, where a model has its own), metrics, seeds of the
    noise, steps and multipliers of rate terms: all variables that can be reached from the model.
    """
    variables = reachable_variables(model)
    values = [tf.identity(tf.convert_to_tensor(variable)) for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def reachable_variables(model):
    """The `tf.Variable`s of a model and of all that it holds, each once."""
    found = {id(v): v for v in map(_variable, model.variables)}
    for part in reachable(model):
        if isinstance(part, keras.random.SeedGenerator):
            found.setdefault(id(_variable(part.state)), _variable(part.state))
        else:
            for variable in getattr(part, "variables", ()):
                found.setdefault(id(_variable(variable)), _variable(variable))
    return list(found.values())


def optimizers(model):
    """Every optimizer that a model holds."""
    return [part for part in reachable(model) if isinstance(part, keras.optimizers.Optimizer)]


def reachable(model):
    """The model and the layers, metrics, optimizers and modules among its attributes."""
    seen, pending = {}, [model]
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        if isinstance(part, (*_KERAS_OBJECTS, tf.Module)) or _is_figure_holder(part):
            seen[id(part)] = part
            pending += list(vars(part).values()) if hasattr(part, "__dict__") else []
        elif isinstance(part, Mapping):
            seen[id(part)] = part
            pending += list(part.values())
        elif isinstance(part, (list, tuple, set)) and len(part) < 10_000:
            seen[id(part)] = part
            pending += list(part)
    return [p for p in seen.values() if not isinstance(p, (Mapping, list, tuple, set))]


def _is_figure_holder(part):
    return type(part).__module__.startswith("keras.") and hasattr(part, "metrics")


def _variable(variable):
    return getattr(variable, "value", variable) if _is_keras(variable) else variable


def _is_keras(variable):
    return isinstance(variable, keras.Variable)
