import math

import numpy as np
import pytest
from scipy import stats

from zoo.claims import bootstrap, check_claims, claims_table, judge

CLAIM = {
    "claim": "MDR gains", "source": "a paper", "part": "all", "figure": "accuracy",
    "more": "mdr", "less": "base",
}  # fmt: skip


def rows(**methods):
    """Rows of accuracies by method, a seed each."""
    return [
        {"part": "all", "method": method, "seed": str(seed), "accuracy": str(value)}
        for method, values in methods.items()
        for seed, value in enumerate(values)
    ]


def test_the_interval_is_that_of_the_paired_differences():
    found = judge(CLAIM, rows(mdr=[0.5, 0.6, 0.9], base=[0.1, 0.3, 0.2]))
    differences = np.array([0.4, 0.3, 0.7])
    half = stats.t.ppf(0.975, 2) * differences.std(ddof=1) / math.sqrt(3)
    assert found.mean == pytest.approx(differences.mean())
    assert (found.low, found.high) == pytest.approx((found.mean - half, found.mean + half))
    assert found.pairs == 3


@pytest.mark.parametrize(
    ("mdr", "base", "by", "verdict"),
    [
        ([0.5, 0.51, 0.52], [0.1, 0.1, 0.1], 0.0, "holds"),
        ([0.5, 0.51, 0.52], [0.1, 0.1, 0.1], 0.5, "does not hold"),
        ([0.1, 0.1, 0.1], [0.5, 0.51, 0.52], 0.0, "does not hold"),
        ([0.5, 0.1, 0.9], [0.4, 0.3, 0.2], 0.0, "undecided"),
        ([0.5, 0.5], [0.1, 0.1], 0.0, "holds"),
        ([0.5, 0.75], [0.25, 0.5], 0.25, "undecided"),
        ([0.5], [0.1], 0.0, "undecided"),
        ([], [0.1], 0.0, "undecided"),
    ],
)
def test_the_verdict_says_where_the_interval_lies(mdr, base, by, verdict):
    assert judge({**CLAIM, "by": by}, rows(mdr=mdr, base=base)).verdict == verdict


def test_only_runs_of_the_same_seed_and_part_are_pairs():
    found = rows(mdr=[0.5, 0.6], base=[0.1, 0.2, 0.9])
    found += [{**row, "part": "other", "accuracy": "0"} for row in found]
    found[0]["accuracy"] = ""  # not done
    assert judge(CLAIM, found).pairs == 1


def test_the_table_has_a_line_a_claim():
    text = claims_table([CLAIM, CLAIM], rows(mdr=[0.5, 0.51], base=[0.1, 0.11]))
    lines = text.splitlines()
    assert lines[0].startswith("The rule") and "(10,000 times, percentiles)" in lines[0]
    assert lines[4] == lines[5]
    assert lines[4].endswith("| a paper | 0.4 [0.4, 0.4] | 2 | holds |")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": "mrd"}, "no method 'mrd' in part 'all'"),
        ({"part": "none"}, "no method 'mdr' in part 'none'"),
        ({"figure": "speed"}, "no figure 'speed'"),
        ({"other": 1}, "a claim has claim, figure"),
        ({"less": "bse"}, "no method 'bse' in part 'all'"),
    ],
)
def test_a_claim_about_nothing_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        check_claims([{**CLAIM, **change}], {"all": {"mdr", "base"}})


def test_the_bootstrap_of_one_seed_is_that_of_paired_words():
    """Then the mean is a mean of independent words, with a known deviation."""
    rng = np.random.default_rng(0)
    more, less = rng.integers(2, size=(2, 1, 900))
    low, high = bootstrap(more, less)
    differences = (more - less)[0]
    half = 1.96 * differences.std() / math.sqrt(900)
    assert (low, high) == pytest.approx(
        (differences.mean() - half, differences.mean() + half), abs=0.05 * half
    )


def test_the_bootstrap_of_seeds_alike_in_all_words_is_that_of_the_seeds():
    more, less = [np.ones(50, int), np.zeros(50, int)], [np.zeros(50, int)] * 2
    assert bootstrap(more, less) == pytest.approx((0.0, 1.0))


def test_words_that_differ_widen_the_interval_of_an_accuracy():
    found = rows(mdr=[0.6, 0.6], base=[0.5, 0.5])
    for row in found:
        ones = round(10 * float(row["accuracy"]))
        row["right"] = "1" * ones + "0" * (10 - ones)
    judged = judge(CLAIM, found)
    assert judged.low == 0.0 < judged.mean < judged.high and judged.verdict == "undecided"
    for row in found:
        del row["right"]
    assert judge(CLAIM, found).verdict == "holds"


def test_two_seeds_that_differ_keep_the_interval_of_student():
    found = rows(mdr=[0.9, 0.7], base=[0.5, 0.5])
    alone = judge(CLAIM, found)
    for row in found:
        ones = round(100 * float(row["accuracy"]))
        row["right"] = "1" * ones + "0" * (100 - ones)
    judged = judge(CLAIM, found)
    assert (judged.low, judged.high) == pytest.approx((alone.low, alone.high))
    assert judged.low < -0.9 and judged.verdict == "undecided"


@pytest.mark.parametrize("claim", [3, {k: v for k, v in CLAIM.items() if k != "source"}])
def test_what_is_no_claim_is_shown(claim):
    with pytest.raises(ValueError, match="a claim has claim, figure.*Received: [3{]"):
        check_claims([claim], {"all": {"mdr", "base"}})


def test_a_claim_may_say_by_how_much():
    check_claims([CLAIM, {**CLAIM, "by": 0.1}], {"all": {"mdr", "base"}})


def test_fewer_than_two_pairs_have_no_interval():
    for base, difference in (([0.25], "0.25"), ([], "")):
        line = claims_table([CLAIM], rows(mdr=[0.5], base=base)).splitlines()[-1]
        assert line.endswith(f"| a paper | {difference} | {len(base)} | undecided |")


def test_words_of_other_parts_and_methods_do_not_count():
    found = rows(mdr=[0.6, 0.6], base=[0.5, 0.5])
    for row in found:
        row["right"] = "1" * round(10 * float(row["accuracy"])) + "0" * 4
        row["right"] = row["right"][:10].ljust(10, "0")
    judged = judge(CLAIM, found)
    others = [{**row, "right": "0101010101", "accuracy": "0"} for row in found]
    found += [{**row, "part": "other"} for row in others]
    found += [{**row, "method": "kl_linear"} for row in others]
    assert judge(CLAIM, found) == judged


def test_without_the_words_of_every_seed_the_interval_is_that_of_student():
    found = rows(mdr=[0.6, 0.6], base=[0.5, 0.5])
    for row in found[:-1]:  # the last run has left none
        row["right"] = "1" * round(10 * float(row["accuracy"])) + "0" * 4
    assert judge(CLAIM, found).low == pytest.approx(0.1)
