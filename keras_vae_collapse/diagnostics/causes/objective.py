"""The objective does not want `z`, or the decoder does not need it, or cannot tell it apart."""

import math

import numpy as np

from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT
from keras_vae_collapse.diagnostics.explanation import Cause
from keras_vae_collapse.losses import GECO

# Largest singular value below which a decoder is flat by construction: one that has unlearnt z
# keeps a few hundredths.
FLAT = 3e-3


def weight_too_high(found):
    """The rate weighs more than what `z` could explain.

    In a linear VAE dimension `i` survives only while `beta sigma^2 < lambda_i` (Lucas et al. 2019,
    arXiv:1911.02469), and then carries `log(lambda_i / (beta sigma^2)) / 2` nats. The number is the
    share of those nats that the weight in use takes away from weight 1 (for a squared error,
    whose sigma is open: all of them). The threshold is one half.
    """
    beta, values = found.relative_weight, found.eigenvalues
    if beta is None or not beta > 0.0:
        return None
    if values is None:
        return _weight_alone(beta, found)
    kind = found.survey.distortion
    values = np.maximum(values[: found.latent_dim], 1e-12)
    kept = float(np.maximum(np.log(values / beta), 0.0).sum()) / 2
    there = float(np.maximum(np.log(values), 0.0).sum()) / 2
    surviving, possible = int(np.sum(values > beta)), int(np.sum(values > 1.0))
    noise = " in units of the decoder's noise"
    if beta > 1.1 and there > 0.0 and kept < 0.5 * there:
        pass
    elif kind.squared and found.history_worth_nats is None and kept < 0.05:
        possible = len(values)
    else:
        return None
    lost = 1.0 - kept / there if there > 0.0 else 1.0
    return Cause(
        "weight_too_high",
        0.8 + 0.09 * lost * (1.0 - 1.0 / max(beta, 1.0)),
        f"The rate weighs {beta:.3g}. The largest variances that z could explain are "
        f"{_list(values[:3])}{noise}: {surviving} of {possible} dimensions stand above the weight.",
        *_lower_weight(found, beta, values[0]),
    )


def _lower_weight(found, beta, largest):
    """`(remedy, settings)` for a weight that is too high."""
    term = found.survey.passes.sites[0].rate_term
    if isinstance(term, GECO):
        return (
            "The weight is 1 / lambda of the GECO, which lowers lambda for as long as the "
            f"distortion, {found.distortion_nats:.1f} nats, is below its target of "
            f"{float(term.distortion_nats):.4g}: ask for less, as GECO(distortion_nats="
            f"{0.5 * found.distortion_nats:.2g}).",
            (f"rate_term.distortion_nats={0.5 * found.distortion_nats:.2g}",),
        )
    return (
        f"In the rate term, lower the weight below {largest:.2g} (KLDivergence(weight=1.0) is "
        "the ELBO), or give a Gaussian distortion a smaller scale, as GaussianNLL(scale=...).",
        ("rate_term.weight=1.0",) if beta > 1.1 else ("rate_term.weight=0.1",),
    )


def _weight_alone(beta, found):
    """The same where the outputs are unknown, and with them what `z` could explain."""
    if beta < 2.0:
        return None
    return Cause(
        "weight_too_high",
        0.75,
        f"The rate weighs {beta:.3g} beside the distortion, where 1 is the ELBO; the rate that is "
        f"left is {found.rate_nats:.2g} nats.",
        "In the rate term, lower the weight to 1, as KLDivergence(weight=1.0).",
        ("rate_term.weight=1.0",),
    )


def generator_strong(found):
    """The decoder gets from its history what `z` could tell it.

    The numbers are what the two are worth: how much the distortion rises when the decoder sees
    the history of another example, and when it sees the `z` of another. The threshold is five
    times: of what the decoder is told, z is then less than a sixth.
    """
    history, z = found.history_worth_nats, found.z_worth_nats
    if history is None or z is None or history < 0.5 or history < 5.0 * max(z, 0.0):
        return None
    held = _held_rate(found)
    return Cause(
        "generator_strong",
        0.7,
        "What the decoder sees beside z, its own history above all, is worth "
        f"{history:.2f} nats per example, z {z:.2f}: it predicts nearly as well without z.",
        "Hide parts of the history, as CharDropout(0.4, unk_id=...) on the decoder's inputs"
        + (
            ", and hold the rate, as MDRConstraint(rate_nats=...) in the place of the rate term."
            if held
            else f". The rate is {found.rate_nats:.1f} nats: more of it would not help."
        ),
        ("history_dropout=CharDropout", "history_dropout.rate=0.6", *held),
    )


def _held_rate(found):
    """The settings that hold the rate at a target; none where it is there, or is a constant."""
    target = math.ceil(4 * math.log(found.examples))
    if found.objective == CONSTANT or found.rate_nats >= target:
        return ()
    return "rate_term=MDRConstraint", f"rate_term.rate_nats={target}"


def not_identifiable(found):
    """The decoder is flat in `z`, though it is connected and the objective would gain by it.

    (Wang, Blei & Cunningham 2021.) The number is what the decoder's Jacobian can carry, the sum
    over its singular values of `log(1 + s^2) / 2`; the threshold 0.2 nats, the z gap below which a
    latent counts as ignored.
    """
    if found.singular_values is None:
        return None
    carried = float(np.log1p(found.singular_values**2).sum() / 2)
    if carried >= 0.2 and (found.z_worth_nats is None or found.z_worth_nats >= 0.2):
        return None
    largest = float(found.singular_values[0])
    return Cause(
        "not_identifiable",
        0.75 if largest < FLAT else 0.5,
        f"The decoder is flat in z: the largest singular value of its Jacobian is {largest:.2g} in "
        f"units of the outputs' noise, room for {carried:.2g} nats, while the posterior carries "
        f"{max(found.information_nats, 0.0):.2g} nats and other values of z would explain "
        f"{_explained(found)}.",
        "In the decoder, let z reach the outputs at full size: look for a small factor, a "
        "normalisation or a saturated activation on z, and feed z to every layer.",
        _held_rate(found),
    )


def _explained(found):
    if found.eigenvalues is None:
        return "more"
    nats = np.maximum(np.log(np.maximum(found.eigenvalues[: found.latent_dim], 1.0)), 0.0).sum() / 2
    return f"{nats:.1f} nats" if math.isfinite(nats) else "more"


def _list(values):
    return ", ".join(f"{value:.3g}" for value in values)
