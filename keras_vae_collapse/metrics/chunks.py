"""Runs the callables of a latent-variable model over a set, a bounded chunk at a time."""

from collections.abc import Mapping

import numpy as np

from keras_vae_collapse.core.checks import check_integer


def take(inputs, indices):
    """The examples `indices` of an array, or of every array of a dictionary."""
    if isinstance(inputs, Mapping):
        return {name: np.asarray(values)[indices] for name, values in inputs.items()}
    return np.asarray(inputs)[indices]


def count(inputs):
    """The number of examples in `inputs`.

    Raises:
        ValueError: there are none, or arrays of a dictionary differ in their leading axis.
    """
    arrays = inputs if isinstance(inputs, Mapping) else {"inputs": inputs}
    shapes = {name: np.shape(values) for name, values in arrays.items()}
    sizes = {shape[0] if shape else None for shape in shapes.values()}
    if len(sizes) != 1 or sizes <= {None, 0}:
        raise ValueError(
            "`inputs` must be an array, or a dictionary of arrays, with the same leading axis "
            f"of at least one example. Received shapes: {shapes}"
        )
    return sizes.pop()


def encode_all(encode, inputs, chunk_size=1024):
    """The posterior of every example: float64 `loc` and `scale`, each `(examples, latent)`.

    Raises:
        ValueError: `encode` does not return two arrays `(batch, latent)`, finite, with
            positive scales.
    """
    check_integer("chunk_size", chunk_size, low=1)
    examples = np.arange(count(inputs))
    locs, scales = [], []
    for start in range(0, len(examples), chunk_size):
        chunk = examples[start : start + chunk_size]
        encoded = encode(take(inputs, chunk))
        if not isinstance(encoded, (tuple, list)) or len(encoded) != 2:
            raise ValueError(
                "`encode` must return the posterior as a pair (loc, scale): a model without "
                f"a latent variable has no posterior. Received: {type(encoded).__name__}"
            )
        loc, scale = (np.asarray(part, np.float64) for part in encoded)
        if loc.ndim != 2 or loc.shape != scale.shape or len(loc) != len(chunk):
            raise ValueError(
                f"`encode` must return loc and scale of shape ({len(chunk)}, latent). "
                f"Received shapes: {loc.shape} and {scale.shape}"
            )
        if not (np.isfinite(loc).all() and np.isfinite(scale).all() and (scale > 0).all()):
            raise ValueError("`encode` must return finite locs and positive, finite scales.")
        locs.append(loc)
        scales.append(scale)
    return np.concatenate(locs), np.concatenate(scales)


def log_probs(log_prob, z, inputs):
    """`log_prob(z, inputs)` as float64 `(examples,)`, checked.

    Raises:
        ValueError: it has another shape, or holds NaN or +inf.
    """
    values = np.asarray(log_prob(z.astype(np.float32), inputs), np.float64)
    if values.shape != (len(z),):
        raise ValueError(
            f"`log_prob` must return one value for each example, shape ({len(z)},), summed over "
            f"positions. Received shape: {values.shape}"
        )
    if np.isnan(values).any() or np.isposinf(values).any():
        raise ValueError("`log_prob` returned NaN or +inf.")
    return values


def distortions(log_prob, z, inputs, chunk_size=2048):
    """`-log p(x | z)` of each example in nats, float64 `(examples,)`.

    Args:
        z: latents `(examples, latent)`."""
    check_integer("chunk_size", chunk_size, low=1)
    examples = np.arange(count(inputs))
    values = [
        -log_probs(log_prob, z[chunk], take(inputs, chunk))
        for chunk in np.split(examples, range(chunk_size, len(examples), chunk_size))
    ]
    return np.concatenate(values)
