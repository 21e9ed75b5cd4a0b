"""HistorylessGRUDecoder: equations, lengths, directions, learning, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import HistorylessGRUDecoder

CONDITION = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


def recurrence(start, gru, condition, steps):
    """h_1 .. h_T by stepping the cell by hand."""
    state = tf.tanh(condition @ start.kernel + start.bias)
    states = []
    for _ in range(steps):
        _, (state,) = gru.cell(condition, [state])
        states.append(state.numpy())
    return np.stack(states, axis=1)


def test_states_follow_the_recurrence():
    layer = HistorylessGRUDecoder(units=6)
    states = layer(CONDITION, length=5)
    expected = recurrence(layer.forward_start, layer.forward, tf.constant(CONDITION), 5)
    np.testing.assert_allclose(states, expected, rtol=1e-4, atol=1e-6)
    assert np.abs(np.diff(states, axis=1)).max() > 1e-3  # the states do move on


def test_backward_states_begin_at_the_last_step():
    layer = HistorylessGRUDecoder(units=6, bidirectional=True)
    states = layer(CONDITION, length=5)
    backward = recurrence(layer.backward_start, layer.backward, tf.constant(CONDITION), 5)
    np.testing.assert_allclose(states[..., 6:], backward[:, ::-1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_fixed_length_makes_states_independent_of_how_many_are_wanted(bidirectional):
    layer = HistorylessGRUDecoder(units=6, bidirectional=bidirectional, length=9)
    everything = layer(CONDITION)
    assert everything.shape == (3, 9, 12 if bidirectional else 6)
    for wanted in (1, 4):
        np.testing.assert_allclose(
            layer(CONDITION, length=wanted), everything[:, :wanted], rtol=1e-4, atol=1e-6
        )


def test_length_may_be_an_integer_or_a_tensor():
    layer = HistorylessGRUDecoder(units=6)
    expected = layer(CONDITION, length=5)
    np.testing.assert_array_equal(layer(CONDITION, length=tf.constant(5)), expected)
    traced = tf.function(
        lambda c, ids: layer(c, length=tf.shape(ids)[1]),
        input_signature=[tf.TensorSpec([None, 4]), tf.TensorSpec([None, None], tf.int64)],
    )
    np.testing.assert_allclose(
        traced(CONDITION, np.zeros((3, 5), int)), expected, rtol=1e-5, atol=1e-6
    )


def test_symbolic_shape_knows_a_static_length():
    condition = keras.Input((4,))
    assert HistorylessGRUDecoder(6)(condition, length=5).shape == (None, 5, 6)
    assert HistorylessGRUDecoder(6, length=8)(condition).shape == (None, 8, 6)


@pytest.mark.slow
def test_learns_a_sequence_from_its_condition_alone():
    keras.utils.set_random_seed(0)
    target = np.array([[1, 1, 2, 1, 3, 3], [3, 2, 2, 2, 1, 1]])
    condition = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
    inputs = keras.Input((2,))
    states = HistorylessGRUDecoder(16, bidirectional=True, length=6)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4)(states))
    model.compile(
        keras.optimizers.Adam(0.03), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    batches = tf.data.Dataset.from_tensors((condition, target)).repeat()
    model.fit(batches, steps_per_epoch=150, verbose=0)
    np.testing.assert_array_equal(np.argmax(model(condition), axis=-1), target)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"length": 0}, "`length` must be an integer of at least 1"),
        ({"length": 2.0}, "length=2.0"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        HistorylessGRUDecoder(**{"units": 3, **change})


@pytest.mark.parametrize(
    "layer_length, length, message",
    [
        (None, None, "must be told how many steps"),
        (4, 5, "`length` must be at most the layer's length, 4"),
        (None, 0, "`length` must be an integer of at least 1"),
    ],
)
def test_bad_lengths_are_named(layer_length, length, message):
    with pytest.raises(ValueError, match=message):
        HistorylessGRUDecoder(3, length=layer_length)(CONDITION, length=length)


def test_condition_of_wrong_rank_is_refused():
    with pytest.raises(ValueError, match="`condition` must have shape"):
        HistorylessGRUDecoder(3)(np.ones((2, 3, 4)), length=5)
