"""LSTMEncoder: its outputs in one and in both directions, with and without slots."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import LSTMEncoder

IDS = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0], [9, 4, 5, 3, 0]])


def reference(part, inputs, **options):
    """What Keras's own LSTM of the same weights makes of the inputs."""
    layer = keras.layers.LSTM(part.units, **options)
    layer.build(inputs.shape)
    layer.set_weights(part.get_weights())
    return np.asarray(layer(inputs))


@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_output_is_the_final_states(bidirectional):
    encoder = LSTMEncoder(10, units=6, embedding_dim=4, bidirectional=bidirectional)
    found = encoder(IDS)
    assert found.shape == (3, 6 * (1 + bidirectional)) == encoder.compute_output_shape((3, 5))
    for row, ids in enumerate(IDS):
        embedded = np.asarray(encoder.embedding(ids[None, ids != 0]))
        expected = [reference(encoder.forward, embedded)]
        if bidirectional:
            expected.append(reference(encoder.backward, embedded[:, ::-1]))
        expected = np.concatenate(expected, axis=-1)[0]
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_slots_read_the_states_at_each_position(bidirectional):
    encoder = LSTMEncoder(
        10, units=6, embedding_dim=4, slots=3, slot_dim=2, bidirectional=bidirectional
    )
    assert encoder(IDS).shape == (3, 3 * 2) == encoder.compute_output_shape((3, 5))
    embedded = np.asarray(encoder.embedding(IDS[2:, :4]))
    states = [reference(encoder.forward, embedded, return_sequences=True)]
    if bidirectional:
        backward = reference(encoder.backward, embedded[:, ::-1], return_sequences=True)
        states.append(backward[:, ::-1])
    expected = np.asarray(encoder.pooling(np.concatenate(states, axis=-1)))
    np.testing.assert_allclose(encoder(IDS)[2], expected.ravel(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bidirectional", [True, False])
def test_one_or_both_directions_come_back_from_a_file(bidirectional, tmp_path):
    ids = keras.Input((None,), dtype="int32")
    encoder = LSTMEncoder(10, units=6, embedding_dim=4, bidirectional=bidirectional)
    model = keras.Model(ids, encoder(ids))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IDS), model(IDS))
    assert len(model.weights) == 1 + 3 * (1 + bidirectional)


def test_symbols_are_dropped_in_training_alone():
    encoder = LSTMEncoder(10, units=6, embedding_dim=4, dropout=0.5, seed=1)
    one, other, kept = (encoder(IDS, training=training) for training in (True, True, False))
    assert np.abs(one - other).max() > 1e-4
    np.testing.assert_array_equal(kept, encoder(IDS))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"vocabulary_size": 1}, "`vocabulary_size` must be an integer of at least 2"),
        ({"embedding_dim": 0}, "`embedding_dim` must be an integer of at least 1"),
        ({"slots": -1}, "`slots` must be an integer of at least 0"),
        ({"slot_dim": 0}, "`slot_dim` must be an integer of at least 1"),
        ({"slots": 2, "slot_spacing": -1.0}, "`spacing` must be"),
        ({"dropout": 1.5}, r"`dropout` must be a finite number in \[0, 1\]"),
        ({"bidirectional": "no"}, "`bidirectional` must be True or False"),
    ],
)
def test_arguments_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        LSTMEncoder(**{"vocabulary_size": 10, "units": 6, **options})


def test_ids_of_another_rank_are_named():
    with pytest.raises(ValueError, match=r"`ids` must have shape \(batch, length\)"):
        LSTMEncoder(10, units=6)(IDS[..., None])
