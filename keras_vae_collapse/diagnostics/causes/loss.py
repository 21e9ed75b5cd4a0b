"""Faults of the loss: what is left out of it, averaged where it should be summed, or counted."""

from keras_vae_collapse.diagnostics.examination.bound_site import BoundSite
from keras_vae_collapse.diagnostics.examination.latent_site import OurLatent
from keras_vae_collapse.diagnostics.examination.objectives import DISTANCE
from keras_vae_collapse.diagnostics.explanation import Cause
from keras_vae_collapse.losses import RateTerm

# Price of a nat of rate, in nats of distortion, below which the rate is not held at all.
LEAST_WEIGHT = 0.01
# An average over n elements shows as 1/n within rounding; a weight chosen by hand seldom does.
_ROUNDING = 0.02
# Above it the objective is no bound on the likelihood, and an average matters.
_MOST_WEIGHT = 1.5


def rate_not_in_loss(found):
    """No path leads from the posterior to the loss but the one through `z`.

    The number is the gradient of the loss with respect to mean and scale with `z` held fixed; the
    threshold: there is none at all.
    """
    if found.rate_in_loss is not False:
        return None
    site = found.survey and found.survey.passes.sites[0]
    remedy = (
        "Give the latent layer its rate_term, as GaussianLatent(..., rate_term=KLDivergence()), "
        "and in a train_step of your own add sum(self.losses) to the loss."
    )
    if isinstance(site, BoundSite):
        why = "the penalty of the bound is left out"
        remedy = (
            "Add both parts that `bound` returns: "
            "distortion, penalty = term.bound(...); loss = mean(distortion) + penalty."
        )
    elif not isinstance(site, OurLatent):
        why = "no rate is added"
    elif site.rate_term is None:
        why = "the latent has no rate term"
    else:
        why = "the training step leaves out the losses"
    return Cause(
        "rate_not_in_loss",
        0.97,
        f"With z held fixed the loss does not depend on the posterior: {why}. The rate is "
        f"{found.rate_nats:.1f} nats per example and nothing limits it.",
        remedy,
        ("rate_term=KLDivergence",),
    )


def weight_stuck_at_zero(found):
    """The rate is in the loss, at a weight of about 0.

    The number is the weight of the rate, from the gradient; the threshold is 0.01: a nat of rate
    then costs less than a hundredth of a nat of distortion. Where the rate term holds a target the
    weight is taken with the means moved 3 away, where it must cost something.
    """
    weights = [found.rate_weight]
    if found.rate_in_loss and found.objective == DISTANCE:
        return _no_distance(found)
    if not found.rate_in_loss or found.rate_weight is None:
        return None
    kind = found.survey and found.survey.distortion
    if kind is not None:
        weights.append(found.rate_weight * (2.0 if kind.squared else 1.0) / kind.coefficient)
    if found.held_weight is not None:
        weights.append(found.held_weight)
    # A multiplier that has grown to its bound is no schedule that stands still.
    if max(weights) >= LEAST_WEIGHT or hasattr(_term(found), "multiplier"):
        return None
    return Cause(
        "weight_stuck_at_zero",
        0.95,
        f"The rate counts {max(weights):.2g} times in the loss, as its gradient shows: the rate, "
        f"{found.rate_nats:.1f} nats per example, costs nothing.",
        "In the rate term, raise the weight to 1, as KLDivergence(weight=1.0); or see that its "
        "schedule moves: it must count optimizer steps, and end at 1 before training does.",
        ("rate_term=KLDivergence",),
    )


def _no_distance(found):
    """The same of an MMD, which stands in the place of the rate."""
    weight = float(_term(found).weight)
    if weight >= LEAST_WEIGHT:
        return None
    return Cause(
        "weight_stuck_at_zero",
        0.95,
        f"The MMD weighs {weight:.2g} and the rate 0: nothing holds the posteriors, of "
        f"{found.rate_nats:.1f} nats per example, to the prior.",
        "Raise the weight of the distance, as MaximumMeanDiscrepancy(weight=100.0).",
        ("rate_term.weight=100.0",),
    )


def _term(found):
    """The rate term of the latent, or `None`."""
    return found.survey and found.survey.passes.sites[0].rate_term


def distortion_averaged(found):
    """The distortion is an average over elements and the rate is a sum, or the other way round.

    The number is what the loss has of each element's distortion, from the gradient with respect to
    the outputs: 1 for a sum over n elements, 1/n for an average. The threshold: it is 1/n within
    2% for the size n of an axis (or of several, or for the mean length of a sequence), and the
    rate has more than 1.5 times its proper weight beside it.
    """
    if found.relative_weight is None:
        return None
    kind = found.survey and found.survey.distortion
    if not kind:
        return _of_callables(found)
    unit = _averaged_over(kind, found)
    if unit is not None and _proper(found, kind, unit) >= _MOST_WEIGHT:
        return Cause(
            "distortion_averaged",
            0.93,
            f"The loss has 1/{unit:.3g} of the distortion of each element: it averages over "
            f"{unit:.3g} elements where it should sum, beside a rate that is a sum. The rate "
            f"weighs {_proper(found, kind, unit):.3g} times too much.",
            f"Compile with a sum per example, as {_class_of(kind)}, or multiply the loss by "
            f"{unit:.3g}.",
        )
    rows = kind.rows
    if abs(found.rate_weight / rows - 1.0) < _ROUNDING and rows > 1:
        return Cause(
            "distortion_averaged",
            0.93,
            f"The distortion is an average over the batch and the rate a sum over it: the rate "
            f"weighs {rows} times too much in a batch of {rows}.",
            "Take the mean of the rate over the batch, of sums over the latent dimensions.",
        )
    dims = found.latent_dim
    if not _has_rate_term(found) and dims > 1 and abs(found.rate_weight * dims - 1.0) < _ROUNDING:
        return Cause(
            "distortion_averaged",
            0.9,
            f"The loss has 1/{dims} of the rate: it averages over {dims} latent dimensions where "
            "it should sum. The rate weighs too little, "
            f"{found.relative_weight:.2g} in place of 1.",
            "In the rate, sum over the latent dimensions and average over the batch only.",
        )
    return None


def _has_rate_term(found):
    """Whether the model has a rate term anywhere: one of ours sums, and may weigh 1/n by itself."""
    layers = found.survey.passes.model._flatten_layers()
    return _term(found) is not None or any(isinstance(layer, RateTerm) for layer in layers)


def _of_callables(found):
    """The same where the outputs are unknown, by the average in the graph or the callables."""
    unit = found.averaged_over or 1.0 / (found.distortion_weight or 1.0)
    if unit < _MOST_WEIGHT or found.rate_weight is None or found.rate_weight * unit < _MOST_WEIGHT:
        return None
    return Cause(
        "distortion_averaged",
        0.9,
        f"The loss has 1/{unit:.3g} of the distortion of an example: it averages over its elements "
        f"where it should sum, beside a rate of weight {found.rate_weight:.3g}.",
        f"Sum the distortion over the elements of an example, or multiply it by {unit:.3g}.",
    )


def _averaged_over(kind, found):
    """The number of elements over which the loss averages the distortion, `None` for a sum."""
    if found.averaged_over is not None and found.averaged_over > 1.0 + _ROUNDING:
        return found.averaged_over
    # A squared error is (o - t)^2, whose derivative is 2 (o - t), or half of it.
    for factor in (2.0, 1.0) if kind.squared else (1.0,):
        for size in kind.sizes():
            if size > 1.5 and abs(kind.coefficient * size / factor - 1.0) < _ROUNDING:
                return size
    return None


def _proper(found, kind, unit):
    """How many times its weight the rate has."""
    return found.rate_weight * unit if kind.squared else found.relative_weight


def _class_of(kind):
    if kind.squared:
        return "keras_vae_collapse.losses.GaussianNLL()"
    if kind.kind.categorical:
        return "keras_vae_collapse.losses.SequenceNLL()"
    return "keras_vae_collapse.losses.BernoulliNLL()"


def padding_counted(found):
    """Padding enters the distortion.

    The number is the share of padding positions at which the gradient of the loss is that of the
    positions that count; the threshold one half, since it is all or nothing but for rounding.
    Padding is what all shorter sequences end in and no sequence has elsewhere.
    """
    if found.counted_padding is None or found.counted_padding < 0.5:
        return None
    return Cause(
        "padding_counted",
        0.86,
        f"The loss counts {found.counted_padding:.0%} of the padding as if it were part of the "
        "sequences: the decoder earns distortion for it that says nothing about the example.",
        "Leave padding out of the distortion, as keras_vae_collapse.losses.SequenceNLL(pad_id=0), "
        "with mask_zero=True in the embedding, or by sample_weight.",
    )
