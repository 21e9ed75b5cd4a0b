"""Faults of the training: the encoder lags behind, or training was too short."""

from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT
from keras_vae_collapse.diagnostics.explanation import Cause
from keras_vae_collapse.diagnostics.thresholds import Thresholds

_LEAST_GAP_NATS = 0.5


def encoder_lags(found, gain_nats=None):
    """The encoder's posteriors are far from the best ones for the decoder that is there.

    The number is the amortisation gap (Cremer et al. 2018, arXiv:1801.03558). The threshold is
    what the encoder does say: its rate, and half of the z gap (the `z` of another example costs a
    Gaussian distortion twice what the right one gives, once for what is missing and once for what
    is wrong); and 0.5 nats. Past it, more is lost than said. What some steps for the encoder alone
    gain is said beside it (He et al. 2019, arXiv:1901.05534).
    """
    survey = found.survey
    if survey is not None and survey.frozen[1] and survey.frozen[0] == survey.frozen[1]:
        return Cause(
            "encoder_lags",
            0.9,
            f"All {survey.frozen[1]} weight matrices of the encoder are frozen "
            "(trainable=False): the posterior cannot follow the decoder.",
            "Set trainable=True on the encoder and on the latent layer, and compile again.",
        )
    gap = found.amortisation_gap_nats
    # A rate that is a constant says nothing of what the encoder does.
    said = found.information_nats if found.objective == CONSTANT else found.rate_nats
    said = max(said, (found.z_worth_nats or 0.0) / 2)
    if gap is None or gap < _LEAST_GAP_NATS or gap < said:
        return None
    alone = ""
    if gain_nats is not None:
        alone = f" A few steps for a copy of the encoder alone gain {gain_nats:.2f} nats."
    return Cause(
        "encoder_lags",
        0.6 + 0.25 * gap / (gap + said),
        f"With the best posterior for each example the ELBO is {gap:.2f} nats better than with the "
        f"encoder's; what the encoder says is worth {said:.2f} nats." + alone,
        "Train the encoder ahead, as the callback AggressiveEncoder(), or raise its learning rate "
        "above that of the decoder.",
        ("encoder_training=AggressiveEncoder",),
    )


def too_short(found, fall_nats, steps):
    """The loss still falls at the pace at which it has fallen.

    While a loss decays like `exp(-t / T)`, what it would fall in as many steps again is
    `u / (exp(u) - 1)` of what it has fallen, for `u = t / T`. The number is that ratio, the
    threshold one half: `u` is then 1.26, and less than three quarters are learnt.

    Args:
        found: `Measurements`.
        fall_nats: how much the loss falls in `steps` steps, nats per example.
        steps: number of steps.
    """
    if found.iterations is None or fall_nats is None or found.start_nats is None:
        return None
    if found.iterations == 0:
        return Cause(
            "too_short",
            0.94,
            "The optimizer has made 0 steps: the model is as it was initialised.",
            "Call fit before you ask why.",
        )
    learnt = found.start_nats - found.distortion_nats
    to_learn = fall_nats / steps * found.iterations
    significant = fall_nats > max(0.01 * abs(found.start_nats), 0.05)
    if not significant or to_learn < 0.5 * max(learnt, 0.0):
        return None
    return Cause(
        "too_short",
        # An encoder that lags by more than that is not merely young.
        0.88 if fall_nats >= (found.amortisation_gap_nats or 0.0) else 0.6,
        f"After {found.iterations} steps the loss still falls by {fall_nats:.2f} nats in {steps} "
        f"more; so far it has fallen by {max(learnt, 0.0):.1f}. Every model begins without use "
        "of z.",
        "Train longer, fit(..., epochs=...): ten times as many steps, and ask again.",
        ("epochs=10",),
    )


def undecided(found):
    """Fewer steps than any diagnosis goes by, and a decoder that is not flat by construction.

    The number is the count of steps, the threshold `Thresholds.least_steps`: every model begins
    without use of `z`. A decoder as it was initialised still moves with `z`; one of whose Jacobian
    no direction carries a hundredth of a nat is flat for another reason.
    """
    if found.iterations is None or found.iterations >= Thresholds().least_steps:
        return None
    if found.singular_values is not None and found.singular_values[0] ** 2 < 0.02:
        return None
    return Cause(
        "too_short",
        0.6,
        f"The optimizer has made {found.iterations} steps, and every model begins without use of "
        f"z: fewer than {Thresholds().least_steps:g} are too few to judge.",
        "Train longer, fit(..., epochs=...), and ask again.",
        ("epochs=10",),
    )
