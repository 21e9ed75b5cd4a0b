"""Batches: full, deterministic, of like lengths, and nothing left out for good."""

import numpy as np
import pytest

from keras_vae_collapse.training.batch_plan import BatchPlan

# The longer of two sequences of up to 20 symbols.
LENGTHS = np.random.default_rng(0).integers(0, 20, (1003, 2)).max(axis=1) + 1


def test_batches_are_full_and_disjoint():
    plan = BatchPlan(LENGTHS, 64, seed=1)
    batches = plan.batches(0)
    assert len(batches) == plan.steps_per_epoch == 1003 // 64
    assert {len(rows) for rows in batches} == {64}
    assert len(np.unique(np.concatenate(batches))) == 64 * len(batches)


def test_what_is_left_out_of_an_epoch_does_not_depend_on_length():
    plan = BatchPlan(LENGTHS, 64, seed=1)
    epochs = 1000
    left_out = np.zeros(1003)
    for epoch in range(epochs):
        seen = np.zeros(1003, bool)
        seen[np.concatenate(plan.batches(epoch))] = True
        left_out += ~seen
    rate = (1003 % 64) / 1003
    # 5 standard errors of a binomial rate: one of 1003 rows is outside with probability 6e-4.
    error = 5 * np.sqrt(rate * (1 - rate) / epochs)
    assert np.abs(left_out / epochs - rate).max() < error
    by_length = [left_out[plan.lengths == n].mean() for n in np.unique(plan.lengths)[-5:]]
    assert np.abs(np.array(by_length) / epochs - rate).max() < error


def test_plan_is_a_function_of_seed_and_epoch():
    def rows(seed, epoch):
        return np.concatenate(BatchPlan(LENGTHS, 32, seed).batches(epoch)).tolist()

    assert rows(3, 7) == rows(3, 7)
    assert rows(3, 7) != rows(3, 8)
    assert rows(3, 7) != rows(4, 7)


@pytest.mark.parametrize("steps", [3, 15, 40])
def test_an_epoch_of_given_length_takes_every_row_before_any_again(steps):
    plan = BatchPlan(LENGTHS, 64, seed=1, steps=steps)
    batches = plan.batches(0)
    assert len(batches) == plan.steps_per_epoch == steps
    assert {len(rows) for rows in batches} == {64}
    counts = np.bincount(np.concatenate(batches), minlength=1003)
    assert counts.max() - counts.min() == 1 and counts.sum() == 64 * steps


def test_batches_have_like_lengths_in_random_order():
    plan = BatchPlan(LENGTHS, 32, seed=0)
    spans = [np.ptp(plan.lengths[rows]) for rows in plan.batches(0)]
    assert np.mean(spans) < 2 < np.ptp(plan.lengths)
    longest = [[plan.lengths[rows].max() for rows in plan.batches(epoch)] for epoch in (0, 1)]
    # The standard error of a correlation of 31 independent pairs is 0.18; five of them.
    assert abs(np.corrcoef(*longest)[0, 1]) < 0.9
    assert abs(np.corrcoef(longest[0], range(31))[0, 1]) < 0.9
    unsorted = BatchPlan(LENGTHS, 32, seed=0, window=1).batches(0)
    assert np.mean([np.ptp(plan.lengths[rows]) for rows in unsorted]) > 10


def test_the_length_of_a_row_is_that_of_its_longer_sequence():
    source, target = np.array([[4, 4, 4, 4, 3], [4, 3, 0, 0, 0]]), np.array([[4, 3, 0], [4, 4, 3]])
    arrays = {"source": source, "target": target, "condition": np.ones((2, 9))}
    plan = BatchPlan.of(arrays, 1)
    assert plan.lengths.tolist() == [5, 3] and plan.window == BatchPlan([1], 1).window == 50


@pytest.mark.parametrize(
    "options, wrong",
    [
        ({"batch_size": 1004}, "`batch_size` must be at most the number of examples, 1003"),
        ({"batch_size": 0}, "`batch_size` must be an integer of at least 1"),
        ({"batch_size": 2.5}, "`batch_size` must be an integer of at least 1"),
        ({"batch_size": 8, "seed": -1}, "`seed` must be an integer of at least 0"),
        ({"batch_size": 8, "window": 0}, "`window` must be an integer of at least 1"),
        ({"batch_size": 8, "steps": -1}, "`steps` must be an integer of at least 0"),
    ],
)
def test_impossible_plans_say_what_is_allowed(options, wrong):
    with pytest.raises(ValueError, match=wrong):
        BatchPlan(LENGTHS, **options)


def test_one_batch_may_hold_all_examples_and_the_seed_is_0_by_default():
    plan = BatchPlan([3, 1, 2], 3)
    assert plan.steps_per_epoch == 1 and plan.seed == 0
    assert [rows.tolist() for rows in plan.batches(4)] == [[1, 2, 0]]  # by length
    arrays = {"source": np.ones((4, 2), int)}
    assert BatchPlan.of(arrays, 2).seed == 0 and BatchPlan.of(arrays, 2).steps == 0
    assert BatchPlan.of(arrays, 2, seed=7, window=3, steps=9).batches(0)[8].shape == (2,)
