"""From figures to a verdict, its cause and the findings behind it."""

import math

from keras_vae_collapse.diagnostics.dimensions import ACTIVE, STATES, TOO_NOISY
from keras_vae_collapse.diagnostics.remedies import COLLAPSED, HEALTHY, IGNORED, PARTIAL


def judge(figures, dimensions, thresholds):
    """The verdict on a model.

    In this order: **collapsed** if `z` tells next to nothing of the input (mutual
    information); **latent ignored** if it does, but the decoder is as good with another
    input's `z` (z gap); **partial** if outputs hardly change with `z`, or if few dimensions
    are active and what they carry is not most of a word; else **healthy**.

    Args:
        figures: those of `latent_metrics` and `compare_outputs`.
        dimensions: list of `Dimension`.
        thresholds: a `Thresholds`.

    Returns:
        `(verdict, cause)`, as `remedies_for` takes them; the cause is `None` where the
        verdict has only one.
    """
    information = figures["mutual_information_nats"]
    least = min(thresholds.collapsed_information_nats, math.log(figures["words"]) / 2)
    if information < least:
        return COLLAPSED, _cause(figures, dimensions)
    least = max(thresholds.ignored_gap_nats, thresholds.ignored_gap_fraction * information)
    if figures["z_gap_nats"] < least:
        return IGNORED, None
    if figures.get("unchanged_output_fraction", 0.0) >= thresholds.unchanged_fraction:
        return PARTIAL, "outputs"
    active = sum(dimension.state == ACTIVE for dimension in dimensions)
    few = active < thresholds.partial_fraction * len(dimensions)
    if few and carried_fraction(figures) < thresholds.sufficient_fraction:
        return PARTIAL, "dimensions"
    return HEALTHY, None


def carried_fraction(figures):
    """`1 - D / NLL`, how much of the code length of a word `z` carries; 0 where undefined."""
    distortion, nll = figures["distortion_nats"], figures["iw_nll_nats"]
    return 1.0 - distortion / nll if 0.0 <= distortion <= nll and nll > 0.0 else 0.0


def _cause(figures, dimensions):
    inactive = [dimension for dimension in dimensions if dimension.state != ACTIVE]
    noisy = sum(dimension.state == TOO_NOISY for dimension in inactive)
    if noisy > len(inactive) / 2:
        return "too noisy"
    # A nat and more of rate that tells nothing: a constant shift away from the prior.
    paid = figures["rate_nats"] - figures["mutual_information_nats"]
    return "constant" if paid > 1.0 else "too weak"


def findings(figures, dimensions, verdict, cause):
    """What the verdict rests on, as a list of sentences."""
    words, information = figures["words"], figures["mutual_information_nats"]
    rate, gap = figures["rate_nats"], figures["z_gap_nats"]
    counts = {state: sum(d.state == state for d in dimensions) for state in STATES}
    result = [
        f"z tells {max(information, 0.0):.2f} nats of the input; telling these {words:,} words "
        f"apart takes {math.log(words):.2f}, and no more can be seen on so many. The rate is "
        f"{rate:.2f} nats a word.",
        f"Of {len(dimensions)} dimensions "
        + ", ".join(f"{count} {'is' if count == 1 else 'are'} {s}" for s, count in counts.items())
        + ".",
        f"Another word's z costs the decoder {gap:.2f} nats a word, a z from the prior "
        f"{figures['prior_gap_nats']:.2f}.",
    ]
    if "distinct_outputs" in figures:
        unchanged = figures["unchanged_output_fraction"]
        result.append(
            f"Distinct outputs: {figures['distinct_outputs']:,} for {words:,} inputs; "
            f"{unchanged:.1%} stay the same when z is taken from another word."
        )
    active = counts[ACTIVE]
    if verdict == HEALTHY and active < len(dimensions) / 2:
        result.append(
            f"z carries {carried_fraction(figures):.0%} of the code length of a word, so the "
            f"{len(dimensions) - active} dimensions that are not active are spare."
        )
    result += {
        (COLLAPSED, "too weak"): ["The posterior rests on the prior, whatever the input."],
        (COLLAPSED, "too noisy"): [
            "The means do move with the input, but samples drown them in noise, so the decoder "
            "has learnt to ignore z."
        ],
        (COLLAPSED, "constant"): [
            "The rate is paid, but by a shift away from the prior that is the same for every "
            "input: it tells nothing."
        ],
        (IGNORED, None): [
            "The posterior tells inputs apart, but the decoder does without: either its history "
            "is enough, or it sees the source by a way around z (check for that first)."
        ],
        (PARTIAL, "outputs"): [
            "The decoder's probabilities depend on z, but the words it writes hardly do: "
            "generic outputs."
        ],
        (PARTIAL, "dimensions"): ["Most dimensions carry nothing."],
    }.get((verdict, cause), [])
    return result
