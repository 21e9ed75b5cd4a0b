"""Faults of an encoder that one pass shows: dead layers, weights without gradient, frozen ones."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.interception import is_float
from keras_vae_collapse.diagnostics.examination.latent_site import OurLatent

# Spread over the examples, in units of the root mean square, below which an activation is the
# same for every example: float32 has 1e-7, and what an encoder has learnt to say little of is
# still orders of magnitude above.
_CONSTANT = 1e-4


def dead_layer(sites, calls, draws):
    """The first layer whose outputs are the same for every example while its inputs differ.

    Args:
        sites: where the latent is drawn.
        calls: `(layer, inputs, outputs)` of the layers before the first draw.
        draws: a list of `Draw`.

    Returns:
        The name of the layer, or `None` where what the posterior is made from does differ.
    """
    inputs = [t for t in draws[0].inputs if is_float(t)]
    if not isinstance(sites[0], OurLatent):
        # Not mean and spread: of a collapsed model they are nearly constant without a fault.
        inputs = [t for _, given, _ in _producers(calls, draws) for t in given if is_float(t)]
    if not inputs or not all(_constant(t) for t in inputs):
        return None
    for layer, given, outputs in calls:
        floats = [t for t in outputs if is_float(t) and len(t.shape) > 1]
        differ = [t for t in given if len(t.shape) > 1 and not _constant(t)]
        if floats and all(_constant(t) for t in floats) and differ:
            return layer.name
    return "the inputs of the latent"


def is_blocked(sites, calls, draws, weights, gradients):
    """Whether no gradient of the posterior reaches a trained weight before its last layers.

    Args:
        sites, calls, draws: as for `dead_layer`.
        weights: trained weights of the model.
        gradients: of the sum of all means and scales in them, `None` where there is no path.
    """
    last = [site.layer for site in sites]
    if not isinstance(sites[0], OurLatent):
        last += [layer for layer, _, _ in _producers(calls, draws)]
    last = {id(w) for la in last if not isinstance(la, keras.Model) for w in la.trainable_variables}
    encoder = [w for layer, _, _ in calls for w in layer.trainable_variables if id(w) not in last]
    others = [g for g, w in zip(gradients, weights, strict=True) if id(w) not in last]
    return bool(encoder) and not any(_nonzero(g) for g in others)


def count_frozen(sites, calls, weights):
    """`(frozen, all)`: how many weight matrices before the latent, and in it, are not trained."""
    layers = [layer for layer, _, _ in calls if not isinstance(layer, keras.Model)]
    layers += [site.layer for site in sites]
    matrices = {
        id(w)
        for layer in layers
        for w in layer.weights
        if w.dtype.startswith("float") and len(w.shape) >= 2
    }
    return len(matrices - {id(w) for w in weights}), len(matrices)


def _producers(calls, draws):
    """The calls whose outputs the latent was drawn from."""
    given = {id(tensor) for draw in draws for tensor in draw.inputs}
    return [call for call in calls if any(id(t) in given for t in call[2])]


def _constant(values):
    values = np.asarray(tf.cast(values, tf.float64))
    spread = values.std(axis=0)
    return bool(np.sqrt(np.mean(spread**2)) <= _CONSTANT * np.sqrt(np.mean(values**2)) + 1e-12)


def _nonzero(gradient):
    if gradient is None:
        return False
    values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
    return bool(tf.reduce_any(values != 0.0))
