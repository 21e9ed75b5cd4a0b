"""Means between outputs and loss, in graphs written for it."""

import pytest
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.averages import first_average


def found(loss_of, shape=(4, 6, 5)):
    """`(n, over the batch)` of the average in a graph, `None` where there is none."""
    with tf.Graph().as_default():
        outputs = tf.identity(tf.zeros(shape))
        average = first_average(outputs, loss_of(outputs))
        return average and average[1:]


@pytest.mark.parametrize(
    ("loss_of", "expected"),
    [
        (lambda o: tf.reduce_mean(tf.reduce_sum(o * o, [1, 2])), None),
        (lambda o: tf.reduce_mean(tf.reduce_mean(o * o, -1)), (5, False)),
        (lambda o: tf.reduce_mean(tf.reduce_mean(o * o, [1, 2])), (30, False)),
        (lambda o: tf.reduce_mean(o * o), (30, True)),
        (lambda o: tf.reduce_mean(tf.reduce_sum(tf.reduce_mean(o, 1), -1)), (6, False)),
        (lambda o: tf.reduce_sum(tf.reduce_mean(o, 2)) + tf.reduce_sum(tf.reduce_mean(o, 1)), None),
        (lambda o: tf.reduce_sum(o) + tf.reduce_mean(tf.ones((4, 9))), None),
    ],
)
def test_the_first_average_over_the_elements_of_an_example(loss_of, expected):
    assert found(loss_of) == expected


def test_nothing_is_found_where_there_is_no_graph():
    assert first_average(tf.zeros((2, 3)), tf.constant(0.0)) is None
