import itertools

import numpy as np
import pytest

from keras_vae_collapse.tasks.reinflection.unlabelled_words import IdRows
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.mixed_batches import alike, even_order, mixed_dataset

rng = np.random.default_rng(0)


def sequences(count, first):
    """Sequences of which each begins with an id of its own."""
    lengths = rng.integers(2, 9, count)
    return [[first + row, *[4] * (length - 2), 3] for row, length in enumerate(lengths)]


def padded(rows):
    width = max(map(len, rows))
    return np.array([row + [0] * (width - len(row)) for row in rows], "int32")


IDS = padded(sequences(20, 100))
ARRAYS = {
    "source": IDS, "target": IDS[:, ::-1].copy(),
    "condition": rng.integers(2, size=(20, 3)).astype("float32"),
}  # fmt: skip
_WORDS = sequences(30, 500)
WORDS = IdRows(list(itertools.chain(*_WORDS)), list(map(len, _WORDS)))
FURTHER = {"source": WORDS, "target": WORDS}
PLANS = BatchPlan.of(ARRAYS, 4, seed=1), BatchPlan.of(FURTHER, 6, seed=2, steps=5)


def batches(count, start=0):
    data = mixed_dataset(ARRAYS, PLANS[0], FURTHER, PLANS[1], start).take(count)
    return [{name: np.asarray(values) for name, values in batch.items()} for batch in data]


def test_labelled_rows_are_those_of_the_plan_and_others_have_no_condition():
    for batch, rows in zip(batches(5), PLANS[0].batches(0), strict=True):
        labelled = batch["labelled"] > 0
        assert batch["labelled"].shape == (10,) and labelled.sum() == 4
        np.testing.assert_array_equal(batch["condition"][labelled], ARRAYS["condition"][rows])
        assert set(batch["source"][labelled][:, 0]) == set(IDS[rows][:, 0])
        assert not batch["condition"][~labelled].any()
        np.testing.assert_array_equal(
            batch["source"][~labelled][:, 0], batch["target"][~labelled][:, 0]
        )
        assert (batch["source"][~labelled][:, 0] >= 500).all()


def test_an_epoch_has_every_word_once_and_the_next_goes_on():
    seen = [batch["source"][batch["labelled"] == 0][:, 0] for batch in batches(10)]
    assert sorted(np.concatenate(seen[:5])) == list(range(500, 530))
    for epoch in (0, 1):
        planned = [500 + rows for rows in PLANS[1].batches(epoch)]
        found = seen[5 * epoch : 5 * epoch + 5]
        assert sorted(map(sorted, found)) == sorted(map(sorted, planned))


def test_the_stream_can_begin_anywhere():
    for one, other in zip(batches(8)[3:], batches(5, start=3), strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])


def test_rows_lie_evenly_mixed():
    order = even_order(4, 4)
    assert sorted(order) == list(range(8))
    assert [(order[i : i + 2] < 4).sum() for i in range(0, 8, 2)] == [1, 1, 1, 1]
    assert [(even_order(2, 4)[i : i + 3] < 2).sum() for i in (0, 3)] == [1, 1]


def test_long_batches_come_with_long_ones():
    lengths = np.array([5, 1, 9])
    others = [np.array([2]), np.array([0]), np.array([1])]
    found = alike([np.array([0]), np.array([1]), np.array([2])], others, lengths, lengths)
    assert [rows[0] for rows in found] == [0, 1, 2]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="must have 5 steps in an epoch. Received: 7"):
        mixed_dataset(ARRAYS, PLANS[0], FURTHER, BatchPlan.of(FURTHER, 4))
    without = {name: ARRAYS[name] for name in ("source", "target")}
    with pytest.raises(ValueError, match="must have a condition"):
        mixed_dataset(without, PLANS[0], FURTHER, PLANS[1])
