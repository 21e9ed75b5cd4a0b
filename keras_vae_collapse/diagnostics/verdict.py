"""From figures to a verdict, its cause and the findings behind it."""

import math

from keras_vae_collapse.diagnostics.dimensions import ACTIVE, NOISY, count_states
from keras_vae_collapse.diagnostics.remedies import (
    COLLAPSED,
    HEALTHY,
    IGNORED,
    PARTIAL,
    UNDECIDED,
)


def judge(figures, dimensions, thresholds, steps=None):
    """The verdict on a model.

    In this order: **collapsed** if `z` carries next to no information about the input (mutual
    information); **latent ignored** if it does, but the decoder is as good with the `z` of
    another input (z gap); **partial** if outputs hardly change with `z`, or if few dimensions
    are active and they carry less than most of an example; else **healthy**.

    Args:
        figures: those of `latent_metrics` and `compare_outputs`.
        dimensions: list of `Dimension`.
        thresholds: a `Thresholds`.
        steps: optimizer steps of the training, or `None` if they are not known. After few of
            them a verdict other than healthy is **too short to judge**.

    Returns:
        `(verdict, cause)`, as `remedies_for` takes them; the cause is `None` where the
        verdict has only one.
    """
    verdict, cause = _judge(figures, dimensions, thresholds)
    if verdict != HEALTHY and steps is not None and steps < thresholds.least_steps:
        return UNDECIDED, None
    return verdict, cause


def judge_use_of_latent(figures, thresholds, steps=None):
    """The first two verdicts of `judge`, which need no dimensions; `None` for the others."""
    information = figures["mutual_information_nats"]
    least = min(thresholds.collapsed_information_nats, math.log(figures["examples"]) / 2)
    least_gap = max(thresholds.ignored_gap_nats, thresholds.ignored_gap_fraction * information)
    if information >= least and figures["z_gap_nats"] >= least_gap:
        return None
    if steps is not None and steps < thresholds.least_steps:
        return UNDECIDED
    return COLLAPSED if information < least else IGNORED


def _judge(figures, dimensions, thresholds):
    verdict = judge_use_of_latent(figures, thresholds)
    if verdict:
        return verdict, _cause(figures, dimensions) if verdict == COLLAPSED else None
    if figures.get("unchanged_output_fraction", 0.0) >= thresholds.unchanged_fraction:
        return PARTIAL, "outputs"
    few = count_states(dimensions)[ACTIVE] < thresholds.partial_fraction * len(dimensions)
    if few and carried_fraction(figures) < thresholds.sufficient_fraction:
        return PARTIAL, "dimensions"
    return HEALTHY, None


def carried_fraction(figures):
    """`1 - D / NLL`, the fraction of an example's code length that `z` carries; 0 if undefined."""
    distortion, nll = figures["distortion_nats"], figures["iw_nll_nats"]
    return 1.0 - distortion / nll if 0.0 <= distortion <= nll and nll > 0.0 else 0.0


def _cause(figures, dimensions):
    counts = count_states(dimensions)
    if counts[NOISY] > (len(dimensions) - counts[ACTIVE]) / 2:
        return "noisy"
    # A nat and more of rate without information: a constant shift away from the prior.
    excess = figures["rate_nats"] - figures["mutual_information_nats"]
    return "input-independent" if excess > 1.0 else "inactive"


def findings(figures, dimensions, verdict, cause, steps=None):
    """What the verdict rests on, as a list of sentences."""
    examples, information = figures["examples"], figures["mutual_information_nats"]
    counts = count_states(dimensions)
    states = (f"{n} {'is' if n == 1 else 'are'} {state}" for state, n in counts.items())
    result = [
        f"z carries {max(information, 0.0):.2f} nats about the input; log N for these "
        f"{examples:,} examples is {math.log(examples):.2f}, the most that can be measured on "
        f"them. The rate is {figures['rate_nats']:.2f} nats per example.",
        f"Of {len(dimensions)} dimensions {', '.join(states)}.",
        f"The log-likelihood drops by {figures['z_gap_nats']:.2f} nats per example when z is "
        f"permuted over the examples (z gap), by {figures['prior_gap_nats']:.2f} when z is drawn "
        "from the prior (prior gap).",
    ]
    if "distinct_outputs" in figures:
        result.append(
            f"Distinct outputs: {figures['distinct_outputs']:,} for {examples:,} inputs; "
            f"{figures['unchanged_output_fraction']:.1%} stay the same when z is taken from "
            "another example."
        )
    spare = len(dimensions) - counts[ACTIVE]
    if verdict == HEALTHY and counts[ACTIVE] < len(dimensions) / 2:
        result.append(
            f"z carries {carried_fraction(figures):.0%} of the code length of an example, so the "
            f"{spare} dimensions that are not active are spare."
        )
    conclusion = {
        (COLLAPSED, "inactive"): "The posterior is close to the prior for every input.",
        (COLLAPSED, "noisy"): (
            "The posterior means depend on the input, but the signal-to-noise ratio is so low "
            "that the decoder has learnt to ignore z."
        ),
        (COLLAPSED, "input-independent"): (
            "The posterior differs from the prior, but is the same for every input: the KL cost "
            "buys no information."
        ),
        (IGNORED, None): (
            "The posterior distinguishes inputs, but the decoder ignores the latent: either its "
            "history is enough, or it sees the input by a path around z (check for that first)."
        ),
        (PARTIAL, "outputs"): (
            "The decoder's probabilities depend on z, but its outputs hardly do: generic outputs."
        ),
        (PARTIAL, "dimensions"): "Most dimensions carry no information.",
    }
    if verdict == UNDECIDED:
        conclusion[verdict, cause] = (
            f"The model has trained for {steps:,} steps, too short to judge: every model begins "
            "without use of z. Train longer and look again."
        )
    return [*result, *([conclusion[verdict, cause]] if verdict != HEALTHY else [])]
