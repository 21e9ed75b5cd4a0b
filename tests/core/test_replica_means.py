import numpy as np
import pytest
import tensorflow as tf
from two_replicas import TWO

from keras_vae_collapse.core.replicas import (
    gathered,
    global_batch_mean,
    mirrored_strategy,
    replica_id,
    replica_mean,
)


def per_replica(*rows):
    """A value with these rows on the first and the second replica."""
    rows = [np.array(part, "float32").reshape(-1, 1) for part in rows]
    return TWO.experimental_distribute_values_from_function(
        lambda context: tf.constant(rows[context.replica_id_in_sync_group])
    )


def results(function, *values):
    return TWO.experimental_local_results(TWO.run(function, args=values))


@pytest.mark.parametrize(
    "rows", [([1, 2], [3, 6]), ([1, 2, 9], [4]), ([1, 2], []), ([], [5])], ids=str
)
def test_mean_over_replicas_is_that_of_the_global_batch(rows):
    expected = np.mean([*rows[0], *rows[1]])
    for value in results(global_batch_mean, per_replica(*rows)):
        np.testing.assert_allclose(value, [expected], rtol=1e-6)


@pytest.mark.parametrize("rows", [([1, 2], [3, 6]), ([1, 2, 9], [4]), ([1, 2], [])], ids=str)
def test_gradients_divided_by_the_replicas_and_summed_are_those_of_the_global_batch(rows):
    @tf.function
    def gradient(values):
        factor = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(factor)
            # Not linear in the mean, as a floor on the rate is not.
            loss = tf.square(global_batch_mean(factor * values)) / TWO.num_replicas_in_sync
        return tape.gradient(loss, factor)

    mean = np.mean([*rows[0], *rows[1]])
    total = sum(results(gradient, per_replica(*rows)))
    assert float(total) == pytest.approx(2 * 3.0 * mean**2, rel=1e-5)


def test_without_replicas_the_mean_is_over_the_first_axis():
    values = np.arange(6, dtype="float32").reshape(3, 2)
    np.testing.assert_array_equal(global_batch_mean(values), [2.0, 3.0])
    assert float(replica_mean(tf.constant(3.0))) == 3.0


def test_replicas_have_ids_and_a_mean():
    assert [int(i) for i in results(replica_id)] == [0, 1] and int(replica_id()) == 0
    found = results(lambda: replica_mean(tf.cast(replica_id(), tf.float32)))
    assert [float(value) for value in found] == [0.5, 0.5]


@pytest.mark.parametrize("rows", [([1, 2], [3, 6]), ([1, 2, 9], [4]), ([], [5])], ids=str)
def test_rows_of_all_replicas_are_gathered_in_their_order(rows):
    for value in results(gathered, per_replica(*rows)):
        assert value.numpy().tolist() == [[float(row)] for row in (*rows[0], *rows[1])]
    assert gathered(values := tf.constant(1.0)) is values


def test_no_gradient_flows_through_a_mean_of_replicas():
    @tf.function
    def gradient():
        factor = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(factor)
            value = replica_mean(2.0 * factor)
        return tf.constant(0.0) if tape.gradient(value, factor) is None else tf.constant(1.0)

    assert [float(value) for value in (gradient(), *results(gradient))] == [0.0] * 3


def test_there_is_one_strategy_for_the_same_devices():
    assert mirrored_strategy(("CPU:0",)) is mirrored_strategy(("CPU:0",))
    assert mirrored_strategy(("CPU:0",)).num_replicas_in_sync == 1
