import itertools

import numpy as np
import pytest
from two_replicas import TWO

from keras_vae_collapse.core.special_ids import EOS
from keras_vae_collapse.models.functions import trim
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.pipeline import training_dataset

ROWS = 1003


@pytest.fixture(scope="module")
def arrays():
    """Sequences of up to 19 symbols and the end, padded, and a condition."""
    rng = np.random.default_rng(0)
    found = {"condition": rng.integers(0, 2, (ROWS, 3)).astype("float32")}
    for name in ("source", "target"):
        ids = rng.integers(4, 10, (ROWS, 20)).astype("int32")
        lengths = rng.integers(0, 20, (ROWS, 1))
        found[name] = np.where(np.arange(20) < lengths, ids, EOS * (np.arange(20) == lengths))
    return found


def take(dataset, count):
    return list(itertools.islice(dataset.as_numpy_iterator(), count))


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        assert a.keys() == b.keys()
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def test_stream_follows_the_plan_through_the_epochs(arrays):
    plan = BatchPlan.of(arrays, 200, seed=0)
    expected = [rows for epoch in range(3) for rows in plan.batches(epoch)]
    for batch, rows in zip(take(training_dataset(arrays, plan), 15), expected, strict=True):
        for name in ("source", "target"):
            np.testing.assert_array_equal(batch[name], trim(arrays[name][rows]))
        np.testing.assert_array_equal(batch["condition"], arrays["condition"][rows])


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
    assert spec["condition"].shape.as_list() == [32, 3]


def test_two_replicas_share_out_the_batches_of_one_device(arrays):
    stream = training_dataset(arrays, BatchPlan.of(arrays, 12, seed=0), start_step=80)
    shared = iter(TWO.experimental_distribute_dataset(stream))
    for whole, batch in zip(take(stream, 9), shared, strict=False):
        for name, values in whole.items():
            shares = TWO.experimental_local_results(batch[name])
            assert [len(share) for share in shares] == [6, 6]
            np.testing.assert_array_equal(np.concatenate(shares), values)


def test_bad_arguments_of_the_stream(arrays):
    plan = BatchPlan.of(arrays, 32, seed=0)
    with pytest.raises(ValueError, match="`start_step` must be an integer of at least 0"):
        training_dataset(arrays, plan, start_step=-1)
    with pytest.raises(ValueError, match="`plan` must be for 1003 examples.*900"):
        training_dataset(arrays, BatchPlan(plan.lengths[:900], 32))
    with pytest.raises(ValueError, match="equally many rows"):
        training_dataset({**arrays, "target": arrays["target"][:9]}, plan)


def test_no_thread_of_the_dataset_outlives_its_use(arrays):
    """An iterator that ends waits for the thread that tunes, as long again as it has run."""
    dataset = training_dataset(arrays, BatchPlan.of(arrays, batch_size=2))
    assert dataset.options().autotune.enabled is False
