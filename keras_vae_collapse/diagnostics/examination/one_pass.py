"""What comes out of one pass of a model."""

import typing

import numpy as np


class Pass(typing.NamedTuple):
    """What came out of a pass, arrays; of each draw of the latent its part of the last axis.

    Attributes:
        loss: the loss that the model trains on, a number.
        outputs: of the decoder, or `None` where they were not recognised.
        loc, scale, z: `(batch, latent)`, the draws of a pass side by side.
        rate: KL of each example, `(batch,)`.
        averaged: how many times less than in a sum each element of the distortion counts, by an
            average on the way from the outputs to the loss; `None` where none was found.
        gradients: a dictionary from `"z"`, `"sources"`, `"rate_sources"`, `"outputs"`,
            `"weights"` to gradients of the loss (of the mean rate for `"rate_sources"`), lists
            with `None` where there is no path; of a backward pass only.
    """

    loss: float
    outputs: typing.Any
    loc: np.ndarray
    scale: np.ndarray
    z: np.ndarray
    rate: np.ndarray
    averaged: float | None = None
    gradients: dict | None = None


def as_arrays(found):
    """A `Pass` of arrays from the dictionary of tensors that a pass returns."""

    def side_by_side(parts):
        return np.concatenate(
            [np.asarray(p, np.float64).reshape(len(p), -1) for p in parts], axis=-1
        )

    gradients = found.get("gradients")
    if gradients is not None:
        gradients = {
            name: [None if g is None else np.asarray(g, np.float64) for g in values]
            if name != "weights"
            else values
            for name, values in gradients.items()
        }
    outputs = found["outputs"]
    return Pass(
        loss=float(found["loss"]),
        outputs=None if outputs is None else np.asarray(outputs, np.float32),
        loc=side_by_side(found["loc"]),
        scale=side_by_side(found["scale"]),
        z=side_by_side(found["z"]),
        rate=np.asarray(found["rate"], np.float64),
        averaged=float(found["averaged"]) if "averaged" in found else None,
        gradients=gradients,
    )
