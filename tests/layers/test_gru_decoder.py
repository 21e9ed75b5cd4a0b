"""GRUDecoder: its states, and those of its steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import GRUDecoder

UNITS, SYMBOLS = 6, 7
RNG = np.random.default_rng(0)
CONDITION = RNG.normal(size=(3, 4))
EMBEDDINGS = RNG.normal(size=(SYMBOLS, 5))
IDS = RNG.integers(0, SYMBOLS, size=(3, 8))


def make(dtype="float64"):
    decoder = GRUDecoder(UNITS, dtype=dtype)
    decoder.build(CONDITION.shape, (*IDS.shape, EMBEDDINGS.shape[1]))
    for weight in decoder.trainable_weights:
        weight.assign(RNG.normal(size=weight.shape) * 0.5)
    return decoder


def test_states_are_those_of_keras_with_the_condition_at_the_start_and_at_every_step():
    decoder = make()
    theirs = keras.layers.GRU(UNITS, return_sequences=True, dtype="float64")
    theirs.build((*IDS.shape, 9))
    theirs.set_weights(decoder.gru.get_weights())
    kernel, bias = decoder.start.get_weights()
    repeated = np.repeat(CONDITION[:, None], IDS.shape[1], axis=1)
    inputs = np.concatenate([EMBEDDINGS[IDS], repeated], axis=-1)
    expected = theirs(inputs, initial_state=np.tanh(CONDITION @ kernel + bias))
    for training in (True, False):
        found = decoder(CONDITION, EMBEDDINGS[IDS], training=training)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert found.shape == decoder.compute_output_shape(CONDITION.shape, (*IDS.shape, 5))


def steps(decoder, way):
    """The states of all symbols, one step after the other."""
    condition, embeddings = (
        tf.constant(values, decoder.compute_dtype) for values in (CONDITION, EMBEDDINGS)
    )
    rows, step = decoder.prepare_steps(condition, embeddings if way == "ids" else None)
    state, found = decoder.initial_state(condition), []
    for ids in IDS.T:
        embedded = tf.gather(embeddings, ids)
        if way == "step":
            new = decoder.step(condition, embedded, state)
        else:
            new = step(ids if way == "ids" else embedded, rows, state)
        assert new.dtype == state.dtype
        state = new
        found.append(np.asarray(state, "float64"))
    return np.stack(found, axis=1)


ways = pytest.mark.parametrize("way", ["step", "ids", "embedded"])


@ways
def test_steps_give_the_states_of_a_sequence(way):
    decoder = make()
    expected = decoder(CONDITION, EMBEDDINGS[IDS])
    np.testing.assert_allclose(steps(decoder, way), expected, rtol=1e-12)


@ways
def test_steps_in_mixed_precision_are_near_those_in_full(way):
    decoder, exact = make("mixed_float16"), make()
    exact.set_weights(decoder.get_weights())
    assert decoder.initial_state(tf.constant(CONDITION, "float16")).dtype == "float32"
    # States below one after eight steps, each rounded to within 2^-11.
    expected = exact(CONDITION, EMBEDDINGS[IDS])
    np.testing.assert_allclose(steps(decoder, way), expected, atol=8 * 2**-8)


def test_arguments_and_shapes_that_cannot_be_are_named():
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        GRUDecoder(0)
    with pytest.raises(ValueError, match=r"`condition` must have shape \(batch, condition_dim\)"):
        GRUDecoder(UNITS)(np.zeros((2, 3, 4)), np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match=r"`history` must have shape \(batch, length, embed"):
        GRUDecoder(UNITS)(np.zeros((2, 4)), np.zeros((2, 4)))
