"""What the loss of a model asks for a nat of rate, from its gradient, and what its unit is."""

import numpy as np

from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT, DISTANCE
from keras_vae_collapse.diagnostics.examination.rate_path import weight_far_out
from keras_vae_collapse.losses import MaximumMeanDiscrepancy

# A weight below it is looked at again with the means moved away.
_HELD = 0.05


def weigh_rate(figures, passes, block, z):
    """Weight of the rate in the loss, from gradients with `z` held fixed."""
    back = passes.backward(passes.rows(block), z=z)
    figures.averaged_over = back.averaged
    if figures.objective in (CONSTANT, DISTANCE):
        return
    figures.rate_weight = multiple_of(back.gradients["sources"], back.gradients["rate_sources"])
    kind, term = figures.survey.distortion, passes.sites[0].rate_term
    if isinstance(term, MaximumMeanDiscrepancy) and figures.rate_in_loss:
        # The gradient of the distance beside it is no multiple of the rate's.
        figures.rate_weight = float(term.rate_weight)
    elif figures.rate_in_loss and (figures.rate_weight is None or figures.rate_weight < _HELD):
        figures.held_weight = weight_far_out(passes, passes.rows(block))
    if figures.rate_weight is not None:
        coefficient = 1.0 if kind is None or kind.squared else kind.coefficient
        figures.distortion_weight = coefficient
        figures.relative_weight = figures.rate_weight / coefficient


def multiple_of(gradients, units):
    """`c` of `gradients = c units`, least squares; `None` where the one is no multiple."""
    pairs = [(g, u) for g, u in zip(gradients, units, strict=True) if u is not None]
    if not pairs:
        return None
    unit = np.concatenate([u.ravel() for _, u in pairs])
    gradient = np.concatenate([np.zeros(u.size) if g is None else g.ravel() for g, u in pairs])
    size = float(unit @ unit)
    if size == 0.0:
        return None
    ratio = float(gradient @ unit) / size
    rest = gradient - ratio * unit
    # Penalties that are no multiple (a floor, a constraint on dimensions) still have a mean weight.
    return ratio if rest @ rest <= 0.75 * (gradient @ gradient) + 1e-30 else None


def price_of_rate(figures):
    """What the loss asks for a nat of rate; of a term that holds a target, beyond the target."""
    weight, held = figures.rate_weight, figures.held_weight
    if weight is None:
        return 1.0 if held is None else held
    return held if held is not None and held > 2.0 * weight else weight


def nats_of_loss(figures):
    """What a unit of the loss is in nats per example.

    A squared error is in nats for the Gaussian whose scale it implies. Where the rate weighs less
    than 1 beside it, that Gaussian is the one beside which it would weigh 1.
    """
    kind = figures.survey.distortion
    if kind is None:
        return 1.0
    if kind.squared and 0.0 < price_of_rate(figures) < 1.0:
        return 1.0 / price_of_rate(figures)
    return kind.nats_per_loss
