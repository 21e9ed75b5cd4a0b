"""Which distortion a loss is made of, told from its gradient with respect to the outputs.

Each distortion has its own derivative `u` in an output: a logit of a category gives
`softmax(o) - onehot(t)`, a mean `o - t`. Where the gradient of a loss is `c u` at (nearly) every
position, the loss contains the distortion, in nats, times `c`: the number of examples apart, 1
for a sum over the positions, 1/T for an average over T of them, and 0 at positions that are left
out.
"""

import numpy as np

from keras_vae_collapse.diagnostics.examination.distortion import Distortion
from keras_vae_collapse.diagnostics.examination.output_kinds import KINDS

# Share of the positions at which the gradient must be a multiple of the derivative.
_SHARE = 0.98


def candidate_targets(arrays, shape):
    """Functions of the data that give targets for outputs of a shape `(batch, ...)`.

    Args:
        arrays: the arrays of the data, inputs and targets, of the rows of the outputs.
        shape: of the outputs.

    Returns:
        A list of `(which array, which positions of it, targets from it, categorical)`; the second
        and third are functions of that array.
    """
    found = []
    for index, array in enumerate(arrays):
        if np.issubdtype(array.dtype, np.integer) and len(shape) > 2 and shape[-1] > 1:
            for shift in _SHIFTS:
                if shift(array).shape == shape[:-1] and array.max() < shape[-1]:
                    found.append((index, shift, _one_hot(shift, shape[-1]), True))
        if not np.issubdtype(array.dtype, np.number):
            continue
        for shift in _SHIFTS:
            if array.ndim < 2 and shift is not _SHIFTS[0]:
                continue
            part = shift(array)
            if part.size == np.prod(shape) and len(part) == shape[0]:
                targets = _reshaped(shift, shape[1:])
                found.append((index, shift, targets, False))
                if len(shape) > 2 and shape[-1] > 1 and np.allclose(targets(array).sum(-1), 1.0):
                    found.append((index, shift, targets, True))
    return found


# What follows may be predicted from what comes before: of ids the first is then no target.
_SHIFTS: tuple = (lambda a: a, lambda a: a[:, 1:], lambda a: a[:, :-1])


def _one_hot(shift, size):
    return lambda array: np.eye(size, dtype="float32")[np.maximum(shift(array), 0)]


def _reshaped(shift, shape):
    return lambda array: shift(array).reshape(-1, *shape).astype("float64")


def recognise(outputs, gradient, arrays):
    """The `Distortion` whose derivative the gradient of a loss is, or `None`.

    Args:
        outputs: of the model, `(batch, ...)`.
        gradient: of the loss with respect to them.
        arrays: the arrays of the data, of the same rows.
    """
    outputs, gradient = np.asarray(outputs, np.float64), np.asarray(gradient, np.float64)
    rows = len(outputs)
    best = None
    for index, shift, target_of, categorical in candidate_targets(arrays, outputs.shape):
        targets = target_of(arrays[index])
        for kind in KINDS:
            if kind.categorical != categorical:
                continue
            match = _multiple(gradient, kind.derivative(outputs, targets), categorical)
            if match is None or (best is not None and match[2] <= best[0]):
                continue
            coefficient, counted, share = match
            counted = counted.reshape(rows, -1)

            def target_of_rows(arrays, index=index, target_of=target_of):
                return target_of(arrays[index])

            positions = targets.shape[1:-1] if categorical else targets.shape[1:]
            distortion = Distortion(
                kind, coefficient * rows, counted, positions, index, shift, target_of_rows
            )
            best = share, distortion
    return best and best[1]


def _multiple(gradient, derivative, categorical):
    """`(c, where it counts, share)` with `gradient = c derivative` or 0, or `None`."""
    if categorical:
        size = np.sum(derivative**2, axis=-1)
        factor = np.sum(gradient * derivative, axis=-1) / np.maximum(size, 1e-300)
        rest = np.sum((gradient - factor[..., None] * derivative) ** 2, axis=-1)
        proportional = rest <= 1e-3 * np.sum(gradient**2, axis=-1) + 1e-24
    else:
        size = derivative**2
        factor = gradient / np.where(np.abs(derivative) < 1e-12, 1e-12, derivative)
        proportional = np.ones_like(factor, bool)
    largest = size.max(initial=0.0)
    telling = size > 1e-9 * largest  # where rounding does not decide
    if not largest > 0.0 or not np.any(telling & (np.abs(factor) > 0)):
        return None
    coefficient = float(np.median(factor[telling & (np.abs(factor) > 0)]))
    if not coefficient > 0.0:
        return None
    same = np.abs(factor - coefficient) <= 0.02 * coefficient
    left_out = np.abs(factor) <= 1e-6 * coefficient
    fits = proportional & (same | left_out)
    share = float(np.mean(fits[telling]))
    return (coefficient, ~left_out, share) if share >= _SHARE else None
