"""The distortions that a loss may be made of: derivative, nats and curvature in the outputs."""

import dataclasses
import typing

import numpy as np

_EPSILON = 1e-7


@dataclasses.dataclass(frozen=True)
class Kind:
    """A distortion: derivative and nats of each element, and its curvature.

    Attributes:
        name: what it is called.
        derivative: function of outputs and targets, of the shape of the outputs.
        nats: function of outputs and targets, `(batch, positions)`.
        mean: function of outputs, the mean of the targets that they predict.
        whitened: function of outputs and a change of them, the change in units of the noise: its
            square, summed, is the quadratic form of the Fisher information.
        categorical: whether the last axis of the outputs holds the categories.
    """

    name: str
    derivative: typing.Callable
    nats: typing.Callable
    mean: typing.Callable
    whitened: typing.Callable
    categorical: bool = False


def softmax(values):
    """Probabilities from logits over the last axis."""
    values = np.exp(values - values.max(axis=-1, keepdims=True))
    return values / values.sum(axis=-1, keepdims=True)


def sigmoid(values):
    """Probabilities from logits."""
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def _normal(p):
    return np.clip(p / np.maximum(p.sum(axis=-1, keepdims=True), _EPSILON), _EPSILON, 1.0)


def _clipped(p):
    return np.clip(p, _EPSILON, 1.0 - _EPSILON)


def _same(values):
    return values


def _centred(p, change):
    """The change of logits whose square is `change' (diag p - p p') change`."""
    return np.sqrt(p) * (change - np.sum(p * change, axis=-1, keepdims=True))


KINDS = (
    Kind(
        "categorical, from logits",
        lambda o, t: softmax(o) - t,
        lambda o, t: -np.sum(t * np.log(np.maximum(softmax(o), 1e-30)), axis=-1),
        softmax,
        lambda o, change: _centred(softmax(o), change),
        categorical=True,
    ),
    Kind(
        "categorical, from probabilities",
        lambda o, t: 1.0 / np.maximum(o.sum(axis=-1, keepdims=True), _EPSILON) - t / _clipped(o),
        lambda o, t: -np.sum(t * np.log(_normal(o)), axis=-1),
        _normal,
        lambda o, change: change / np.sqrt(_normal(o)),
        categorical=True,
    ),
    Kind(
        "binary, from logits",
        lambda o, t: sigmoid(o) - t,
        lambda o, t: np.logaddexp(0.0, o) - t * o,
        sigmoid,
        lambda o, change: np.sqrt(sigmoid(o) * (1.0 - sigmoid(o))) * change,
    ),
    Kind(
        "binary, from probabilities",
        lambda o, t: (_clipped(o) - t) / (_clipped(o) * (1.0 - _clipped(o))),
        lambda o, t: -t * np.log(_clipped(o)) - (1.0 - t) * np.log(1.0 - _clipped(o)),
        _clipped,
        lambda o, change: change / np.sqrt(_clipped(o) * (1.0 - _clipped(o))),
    ),
    Kind(
        "squared error",
        lambda o, t: o - t,
        lambda o, t: 0.5 * (o - t) ** 2,
        _same,
        lambda o, change: change,
    ),
    Kind(
        "absolute error",
        lambda o, t: np.sign(o - t),
        lambda o, t: np.abs(o - t),
        _same,
        lambda o, change: change,
    ),
)
