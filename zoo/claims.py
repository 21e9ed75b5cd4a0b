"""Claims about methods, stated in a plan before its trainings are made, and what these say.

A claim is an object of the plan's list `claims`: `claim`, the sentence; `source`, whose it is;
`part`, `figure`, a column of `runs.tsv`; `more` and `less`, two methods of that part, of which the
first is said to have more of the figure; and `by`, at least how much more, 0 where it is left out.
"""

import math
import typing

import numpy as np
from scipy import stats

from zoo.runs_file import COLUMNS

_NEEDED = {"claim", "source", "part", "figure", "more", "less"}
# Figures that are the share of examples that are right.
_SHARES = ("accuracy", "exact_match")
_RESAMPLES = 10_000
RULE = (
    "The rule, stated beforehand: runs of the same seed are pairs; the interval is that of the "
    "mean difference of the pairs, at 95%. Of an accuracy it is that of a bootstrap which draws "
    f"seeds and words anew ({_RESAMPLES:,} times, percentiles), where the plan holds words out, "
    "joined with that of Student's t over the seeds, which a bootstrap of few seeds makes too "
    "narrow; of other figures it is that of Student's t. A claim holds where all of the interval "
    "lies above what it claims, does not hold where all of it lies below, and is undecided "
    "otherwise, and with fewer than two pairs."
)


class Judged(typing.NamedTuple):
    """A claim with the mean difference of its pairs, the interval, and the verdict."""

    claim: dict
    pairs: int
    mean: float
    low: float
    high: float
    verdict: str


def check_claims(claims, parts):
    """Makes sure that claims are about methods that a plan trains.

    Args:
        claims: the list of a plan.
        parts: `{part: methods}` of the plan.

    Raises:
        ValueError: one is not; the message names it.
    """
    for claim in claims:
        if not isinstance(claim, dict) or not _NEEDED <= claim.keys() <= _NEEDED | {"by"}:
            raise ValueError(
                f"a claim has {', '.join(sorted(_NEEDED))}, and may have `by`. Received: {claim!r}"
            )
        for side in ("more", "less"):
            if claim[side] not in parts.get(claim["part"], ()):
                raise ValueError(
                    f"claim {claim['claim']!r}: no method {claim[side]!r} in part {claim['part']!r}"
                )
        if claim["figure"] not in COLUMNS:
            raise ValueError(f"claim {claim['claim']!r}: no figure {claim['figure']!r}")


def judge(claim, rows) -> Judged:
    """What the rows of a `runs.tsv` say about a claim; see `RULE`."""
    more, less = (_by_seed(claim, side, rows) for side in ("more", "less"))
    seeds = sorted(more.keys() & less.keys())
    differences = np.array([more[seed] - less[seed] for seed in seeds])
    if len(seeds) < 2:
        mean = float(differences.mean()) if len(seeds) else math.nan
        return Judged(claim, len(seeds), mean, math.nan, math.nan, "undecided")
    mean, error = differences.mean(), stats.sem(differences)
    low, high = stats.t.interval(0.95, len(seeds) - 1, mean, error) if error else (mean, mean)
    if claim["figure"] in _SHARES:
        words = [_right(claim, side, rows) for side in ("more", "less")]
        if all(seed in side for side in words for seed in seeds):
            drawn = bootstrap(*([side[seed] for seed in seeds] for side in words))
            low, high = min(low, drawn[0]), max(high, drawn[1])
    by = claim.get("by", 0.0)
    verdict = "holds" if low > by else "does not hold" if high < by else "undecided"
    return Judged(claim, len(seeds), float(mean), float(low), float(high), verdict)


def _by_seed(claim, side, rows):
    return {
        row["seed"]: float(row[claim["figure"]])
        for row in rows
        if (row["part"], row["method"]) == (claim["part"], claim[side]) and row[claim["figure"]]
    }


def _right(claim, side, rows):
    """`{seed: array}` of which outputs were right."""
    return {
        row["seed"]: np.array(list(row["right"]), int)
        for row in rows
        if (row["part"], row["method"]) == (claim["part"], claim[side]) and row.get("right")
    }


def bootstrap(more, less, seed=0):
    """The interval of the mean difference when seeds and words are drawn anew.

    Seeds and words are crossed: a draw takes as many seeds as there are, with replacement, and as
    many words, the same ones for every seed and for both methods, which stay paired.

    Args:
        more, less: of two methods, a list of arrays of 0 and 1, a row a seed, a column a word.
        seed: of the draws.

    Returns:
        `(low, high)`, the percentiles 2.5 and 97.5.
    """
    differences = np.array(more) - np.array(less)
    rng, (seeds, words) = np.random.default_rng(seed), differences.shape
    of_seeds = rng.multinomial(seeds, np.full(seeds, 1 / seeds), _RESAMPLES) / seeds
    of_words = rng.multinomial(words, np.full(words, 1 / words), _RESAMPLES) / words
    means = np.einsum("bs,sw,bw->b", of_seeds, differences, of_words, optimize=True)
    return tuple(np.percentile(means, [2.5, 97.5]).tolist())


def claims_table(claims, rows):
    """A Markdown table of claims and verdicts, under the rule."""
    lines = [RULE, "", "| claim | source | difference | pairs | verdict |", "|---|---|---|---|---|"]
    for found in (judge(claim, rows) for claim in claims):
        claim = found.claim
        difference = "" if math.isnan(found.mean) else f"{found.mean:.3g}"
        if not math.isnan(found.low):
            difference += f" [{found.low:.3g}, {found.high:.3g}]"
        about = f"{claim['figure']} of {claim['more']} - {claim['less']}"
        lines.append(
            f"| {claim['claim']} ({about}) | {claim['source']} | {difference} | {found.pairs} "
            f"| {found.verdict} |"
        )
    return "\n".join(lines)
