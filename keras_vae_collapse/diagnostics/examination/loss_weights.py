"""What a loss has of distortion and rate, by the gradients of a stranger's callables."""

import typing

import numpy as np
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.interception import recorded_losses
from keras_vae_collapse.diagnostics.examination.passes import Passes

_LEAST_REPEATS, _MOST_REPEATS, _MOST_WEIGHTS = 4, 64, 50_000


class LossWeights(typing.NamedTuple):
    """What a loss has of the distortion and of the rate, and the standard error of their ratio."""

    distortion: float
    rate: float
    error: float


def weights_of_loss(model, data, latent, rng, rows=256):
    """`LossWeights` of a model, or `None`.

    For a model whose latent is drawn in its midst, where no layer can be watched. The gradient of
    the loss in the weights is that of `c D + w R` whatever the data; so it is taken on data whose
    elements are shuffled over the examples, where it is large, and fitted by least squares with
    the gradients of the callables, which must be TensorFlow operations on the same weights. Both
    sides draw their own noise: this is done again until the ratio `w / c` is known to a tenth, or
    to 0.01, by the jackknife over the repeats, or 64 times.
    """
    x = np.asarray(data[0]) if not isinstance(data[0], (dict, list, tuple)) else None
    if x is None or np.shape(latent.inputs) != x.shape:
        return None
    same = data[1] is not None and np.shape(data[1]) == x.shape
    if data[1] is not None and not same:
        return None
    slopes, count = [], sum(int(np.prod(w.shape)) for w in model.trainable_variables)
    chosen = rng.permutation(count)[:_MOST_WEIGHTS] if count > _MOST_WEIGHTS else slice(None)
    while True:
        found = _slopes(model, latent, _shuffled(x, rows, rng), same, chosen, rng)
        if found is None:
            return None
        slopes.append(found)
        if len(slopes) < _LEAST_REPEATS:
            continue
        totals = np.sum(slopes, axis=0)
        if not totals[1].any() or not totals[2].any():
            return None
        c, w = _fitted(totals)
        without = [_fitted(totals - one) for one in slopes]
        ratios = np.array([rate / max(distortion, 1e-12) for distortion, rate in without])
        error = float(np.sqrt((len(slopes) - 1) * ratios.var()))
        if error <= max(0.1 * abs(w) / max(c, 1e-12), 0.01) or len(slopes) == _MOST_REPEATS:
            break
    rest = totals[0] - np.array([c, w]) @ totals[1:]
    if rest @ rest > 0.1 * (totals[0] @ totals[0]):
        return None
    return LossWeights(float(c), float(w), error)


def _shuffled(x, rows, rng):
    """Rows of which each element comes from an example of its own."""
    shuffled = x[np.resize(rng.permutation(len(x)), rows)]
    flat = shuffled.reshape(len(shuffled), -1)
    for column in range(flat.shape[1]):
        flat[:, column] = flat[rng.permutation(len(flat)), column]
    return flat.reshape(shuffled.shape)


def _slopes(model, latent, x, same, chosen, rng):
    """Gradients of loss, distortion and rate in chosen weights, `(3, weights)`, or `None`."""
    passes = Passes(model, (x, x if same else None), [])
    weights = model.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        with recorded_losses(model) as (losses, gradient):
            loss = passes.loss_of_step(passes.rows(np.arange(len(x))), losses)
        try:
            loc, scale = latent.encode(x)
            z = loc + scale * tf.random.stateless_normal(tf.shape(loc), rng.integers(2**31, size=2))
            distortion = -tf.reduce_mean(latent.log_prob(z, x))
            kl = 0.5 * (loc**2 + scale**2 - 1.0) - tf.math.log(scale)
            mean_rate = tf.reduce_mean(tf.reduce_sum(kl, axis=-1))
        except (TypeError, ValueError, AttributeError):
            return None
    values = loss, distortion, mean_rate
    if not all(isinstance(value, tf.Tensor) for value in values):
        return None
    slopes = [_flat(gradient(tape, value, list(weights)), weights)[chosen] for value in values]
    return np.stack(slopes)


def _fitted(slopes):
    """`(c, w)` with `slope of the loss = c slope of D + w slope of R`, least squares."""
    return np.linalg.lstsq(slopes[1:].T, slopes[0], rcond=None)[0]


def _flat(gradients, weights):
    parts = [
        np.zeros(int(np.prod(w.shape))) if g is None else np.ravel(tf.convert_to_tensor(g))
        for g, w in zip(gradients, weights, strict=True)
    ]
    return np.concatenate(parts)
