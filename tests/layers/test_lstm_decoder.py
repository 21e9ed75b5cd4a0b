"""LSTMDecoder: its states, and those of its steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import LSTMDecoder

UNITS, SYMBOLS = 6, 7
RNG = np.random.default_rng(0)
CONDITION = RNG.normal(size=(3, 4))
EMBEDDINGS = RNG.normal(size=(SYMBOLS, 5))
IDS = RNG.integers(0, SYMBOLS, size=(3, 8))


def make(dtype="float32"):
    decoder = LSTMDecoder(UNITS, dtype=dtype)
    decoder.build(CONDITION.shape, (*IDS.shape, EMBEDDINGS.shape[1]))
    for weight in decoder.trainable_weights:
        weight.assign(RNG.normal(size=weight.shape) * 0.5)
    return decoder


def test_states_are_those_of_keras_with_the_condition_at_the_start_and_at_every_step():
    decoder = make("float64")
    theirs = keras.layers.LSTM(UNITS, return_sequences=True, dtype="float64")
    theirs.build((*IDS.shape, 9))
    theirs.set_weights(decoder.lstm.get_weights())
    kernel, bias = decoder.start.get_weights()
    cell = CONDITION @ kernel + bias
    repeated = np.repeat(CONDITION[:, None], IDS.shape[1], axis=1)
    inputs = np.concatenate([EMBEDDINGS[IDS], repeated], axis=-1)
    expected = theirs(inputs, initial_state=[np.tanh(cell), cell])
    for training in (True, False):
        found = decoder(CONDITION, EMBEDDINGS[IDS], training=training)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.shape == decoder.compute_output_shape(CONDITION.shape, (*IDS.shape, 5))


def steps(decoder, condition, embeddings, prepared):
    """The states of all symbols, one step after the other, and the last state."""
    state, found = decoder.initial_state(condition), []
    rows, step = decoder.prepare_steps(condition, embeddings)
    for ids in IDS.T:
        if prepared:
            state = step(ids, rows, state)
        else:
            state = decoder.step(condition, tf.gather(embeddings, ids), state)
        found.append(state[:, :UNITS])
    return np.stack([np.asarray(h, "float64") for h in found], axis=1), state


@pytest.mark.parametrize("prepared", [True, False])
def test_steps_give_the_states_of_a_sequence(prepared):
    decoder = make("float64")
    found, state = steps(decoder, CONDITION, tf.constant(EMBEDDINGS), prepared)
    np.testing.assert_allclose(found, decoder(CONDITION, EMBEDDINGS[IDS]), rtol=1e-12)
    assert state.shape == (3, 2 * UNITS)


@pytest.mark.parametrize("prepared", [True, False])
def test_steps_in_mixed_precision_keep_the_type_of_the_state(prepared):
    decoder = make("mixed_float16")
    embeddings = tf.constant(EMBEDDINGS, "float16")
    condition = tf.constant(CONDITION, "float16")
    assert decoder.initial_state(condition).dtype == "float32"
    found, state = steps(decoder, condition, embeddings, prepared)
    assert state.dtype == "float32"
    expected = np.asarray(decoder(condition, tf.gather(embeddings, IDS)), "float64")
    # States below one after eight steps, each rounded to within 2^-11.
    np.testing.assert_allclose(found, expected, atol=8 * 2**-8)


def test_a_symbolic_step_says_where_to_call_it():
    decoder, condition = make(), keras.Input((4,))
    with pytest.raises(ValueError, match="`initial_state` cannot be called with the symbolic"):
        decoder.initial_state(condition)
    with pytest.raises(ValueError, match="`step` cannot be called with the symbolic"):
        decoder.step(condition, keras.Input((5,)), keras.Input((2 * UNITS,)))
    with pytest.raises(ValueError, match="`prepare_steps` cannot be called with the symbolic"):
        decoder.prepare_steps(condition, EMBEDDINGS)


def test_arguments_and_shapes_that_cannot_be_are_named():
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        LSTMDecoder(0)
    with pytest.raises(ValueError, match="`condition` must have shape"):
        LSTMDecoder(UNITS)(np.zeros((2, 3, 4)), np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match="`history` must have shape"):
        LSTMDecoder(UNITS)(np.zeros((2, 4)), np.zeros((2, 4)))
