"""Batches: full, deterministic, of like lengths, and nothing left out for good."""

import itertools

import numpy as np
import pytest

from keras_vae_collapse.tasks.reinflection import Example, Vocabulary, encode_examples
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.pipeline import evaluation_dataset, training_dataset, trim


def some_examples(count, seed=0):
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdeğ"))

    def word():
        return "".join(rng.choice(letters, rng.integers(0, 20)))

    return [Example(word(), f"num={rng.integers(3)}", word()) for _ in range(count)]


@pytest.fixture(scope="module")
def arrays():
    examples = some_examples(1003)
    return encode_examples(examples, Vocabulary.from_examples(examples))


def take(dataset, count):
    return list(itertools.islice(dataset.as_numpy_iterator(), count))


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        assert a.keys() == b.keys()
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def test_arrays_hold_the_ids_of_every_word():
    examples = [Example("ab", "n=1,m=1", "b"), Example("", "k=9", "bbb")]
    vocabulary = Vocabulary.from_examples(examples[:1])
    encoded = encode_examples(examples, vocabulary)
    assert encoded["source"].tolist() == [[4, 5, 3], [3, 0, 0]]
    assert encoded["target"].tolist() == [[5, 3, 0, 0], [5, 5, 5, 3]]
    assert encoded["features"].tolist() == [[0, 1, 1], [1, 0, 0]]
    assert [encoded[name].dtype for name in ("source", "features", "target")] == [
        np.int32, np.float32, np.int32
    ]  # fmt: skip


def test_covered_examples_give_no_target_and_mixed_ones_an_error():
    examples = [Example("ab", "n=1", None), Example("a", "n=1", None)]
    vocabulary = Vocabulary.from_examples(examples)
    assert encode_examples(examples, vocabulary).keys() == {"source", "features"}
    with pytest.raises(ValueError, match="2 of 3 examples have no target, the first: example 'ab'"):
        encode_examples([Example("a", "n=1", "b"), *examples], vocabulary)
    with pytest.raises(ValueError, match="at least one example"):
        encode_examples([], vocabulary)


def test_batches_are_full_and_disjoint(arrays):
    plan = BatchPlan.of(arrays, 64, seed=1)
    batches = plan.batches(0)
    assert len(batches) == plan.steps_per_epoch == 1003 // 64
    assert {len(rows) for rows in batches} == {64}
    assert len(np.unique(np.concatenate(batches))) == 64 * len(batches)


def test_what_is_left_out_of_an_epoch_does_not_depend_on_length(arrays):
    plan = BatchPlan.of(arrays, 64, seed=1)
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


def test_plan_is_a_function_of_seed_and_epoch(arrays):
    def rows(seed, epoch):
        return np.concatenate(BatchPlan.of(arrays, 32, seed).batches(epoch)).tolist()

    assert rows(3, 7) == rows(3, 7)
    assert rows(3, 7) != rows(3, 8)
    assert rows(3, 7) != rows(4, 7)


@pytest.mark.parametrize("steps", [3, 15, 40])
def test_an_epoch_of_given_length_takes_every_row_before_any_again(arrays, steps):
    plan = BatchPlan.of(arrays, 64, seed=1, steps=steps)
    batches = plan.batches(0)
    assert len(batches) == plan.steps_per_epoch == steps
    assert {len(rows) for rows in batches} == {64}
    counts = np.bincount(np.concatenate(batches), minlength=1003)
    assert counts.max() - counts.min() == 1 and counts.sum() == 64 * steps


def test_batches_have_like_lengths_in_random_order(arrays):
    plan = BatchPlan.of(arrays, 32, seed=0)
    spans = [np.ptp(plan.lengths[rows]) for rows in plan.batches(0)]
    assert np.mean(spans) < 2 < np.ptp(plan.lengths)
    longest = [[plan.lengths[rows].max() for rows in plan.batches(epoch)] for epoch in (0, 1)]
    # The standard error of a correlation of 31 independent pairs is 0.18; five of them.
    assert abs(np.corrcoef(*longest)[0, 1]) < 0.9
    assert abs(np.corrcoef(longest[0], range(31))[0, 1]) < 0.9
    unsorted = BatchPlan.of(arrays, 32, seed=0, window=1).batches(0)
    assert np.mean([np.ptp(plan.lengths[rows]) for rows in unsorted]) > 10


def test_length_of_a_row_is_that_of_its_longer_word():
    examples = [Example("aaaa", "n=1", "a"), Example("a", "n=1", "aa")]
    vocabulary = Vocabulary.from_examples(examples)
    assert BatchPlan.of(encode_examples(examples, vocabulary), 1).lengths.tolist() == [5, 3]


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
def test_impossible_plans_say_what_is_allowed(arrays, options, wrong):
    with pytest.raises(ValueError, match=wrong):
        BatchPlan.of(arrays, **options)


def test_stream_follows_the_plan_through_the_epochs(arrays):
    plan = BatchPlan.of(arrays, 200, seed=0)
    expected = [rows for epoch in range(3) for rows in plan.batches(epoch)]
    for batch, rows in zip(take(training_dataset(arrays, plan), 15), expected, strict=True):
        for name in ("source", "target"):
            np.testing.assert_array_equal(batch[name], trim(arrays[name][rows]))
        np.testing.assert_array_equal(batch["features"], arrays["features"][rows])


@pytest.mark.parametrize("start", [1, 4, 5, 7, 12])
def test_resumed_stream_sees_what_it_would_have_seen(arrays, start):
    plan = BatchPlan.of(arrays, 200, seed=0)
    whole = take(training_dataset(arrays, plan), start + 6)
    again = BatchPlan.of(arrays, 200, seed=0)
    assert_same(take(training_dataset(arrays, again, start_step=start), 6), whole[start:])


def test_batches_carry_no_column_of_padding_and_no_empty_row(arrays):
    for batch in take(training_dataset(arrays, BatchPlan.of(arrays, 32, seed=0)), 31):
        for name in ("source", "target"):
            assert (batch[name][:, -1] != 0).any()
            assert (batch[name][:, 0] != 0).all()


def test_static_shape_is_the_batch_size_and_open_lengths(arrays):
    spec = training_dataset(arrays, BatchPlan.of(arrays, 32, seed=0)).element_spec
    assert spec["source"].shape.as_list() == [32, None]
    assert spec["features"].shape.as_list() == [32, arrays["features"].shape[1]]


def test_lengths_are_rounded_up_to_a_multiple(arrays):
    plan = BatchPlan.of(arrays, 32, seed=0)
    plain = take(training_dataset(arrays, plan), 31)
    rounded = take(training_dataset(arrays, plan, pad_to=8), 31)
    assert {batch[name].shape[1] % 8 for batch in rounded for name in ("source", "target")} == {0}
    for a, b in zip(plain, rounded, strict=True):
        assert b["source"].shape[1] - a["source"].shape[1] in range(8)
        np.testing.assert_array_equal(a["source"], trim(b["source"]))


def test_bad_arguments_of_the_stream(arrays):
    plan = BatchPlan.of(arrays, 32, seed=0)
    with pytest.raises(ValueError, match="`start_step` must be an integer of at least 0"):
        training_dataset(arrays, plan, start_step=-1)
    with pytest.raises(ValueError, match="`pad_to` must be an integer of at least 1"):
        training_dataset(arrays, plan, pad_to=0)
    with pytest.raises(ValueError, match="`plan` must be for 1003 examples.*900"):
        training_dataset(arrays, BatchPlan(plan.lengths[:900], 32))
    with pytest.raises(ValueError, match="equally many rows"):
        training_dataset({**arrays, "target": arrays["target"][:9]}, plan)


@pytest.mark.parametrize("batch_size", [1, 100, 1003, 2000])
def test_evaluation_gives_every_row_once_at_weight_one(arrays, batch_size):
    dataset = evaluation_dataset(arrays, batch_size)
    batches = list(dataset.as_numpy_iterator())
    assert len(batches) == len(dataset) == -(-1003 // batch_size)
    assert {len(batch["index"]) for batch in batches} == {batch_size}
    weight = np.concatenate([batch["weight"] for batch in batches])
    index = np.concatenate([batch["index"] for batch in batches])
    assert sorted(index[weight == 1]) == list(range(1003))
    assert not index[weight == 0].any()
    assert set(weight) <= {0.0, 1.0}
    for batch in batches[:20] + batches[-1:]:
        for name in ("source", "target"):
            np.testing.assert_array_equal(batch[name], trim(arrays[name][batch["index"]]))


def test_evaluation_sorts_by_length_and_works_without_targets(arrays):
    lengths = (arrays["source"] != 0).sum(axis=1)
    covered = {name: arrays[name] for name in ("source", "features")}
    index = [batch["index"] for batch in evaluation_dataset(covered, 100).as_numpy_iterator()]
    rows = np.concatenate(index)[:1003]
    assert (np.diff(lengths[rows]) >= 0).all()
