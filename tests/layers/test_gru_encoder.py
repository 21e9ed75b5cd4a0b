"""GRUEncoder: its outputs with and without attention pooling, padding, old files."""

import keras
import numpy as np
import pytest

from keras_vae_collapse import layers
from keras_vae_collapse.layers import GRUEncoder

IDS = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0], [9, 4, 5, 3, 0]])


def encoders():
    plain = GRUEncoder(10, units=6, embedding_dim=4)
    pooled = GRUEncoder(10, units=6, embedding_dim=4, slots=3, slot_dim=2)
    plain(IDS), pooled(IDS)
    for part in ("embedding", "forward", "backward"):
        getattr(pooled, part).set_weights(getattr(plain, part).get_weights())
    return plain, pooled


def test_the_output_is_the_final_states_or_the_slots():
    plain, pooled = encoders()
    assert plain(IDS).shape == (3, 12) == plain.compute_output_shape((3, 5))
    assert pooled(IDS).shape == (3, 3 * 2) == pooled.compute_output_shape((3, 5))


def test_slots_read_the_states_of_both_directions_at_each_position():
    _, pooled = encoders()
    ids = IDS[2:, :4]
    E = pooled.embedding(ids)
    forward = pooled.forward(E).numpy()
    backward = pooled.backward(E[:, ::-1]).numpy()[:, ::-1]
    expected = pooled.pooling(np.concatenate([forward, backward], axis=-1)).numpy()
    np.testing.assert_allclose(pooled(ids), expected.reshape(1, -1), rtol=1e-5, atol=1e-6)


def test_padding_changes_nothing():
    for encoder in encoders():
        together = encoder(np.pad(IDS, ((0, 0), (0, 4)))).numpy()
        for row, ids in enumerate(IDS):
            alone = encoder(ids[None, ids != 0]).numpy()
            np.testing.assert_allclose(together[row], alone[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("slots", [0, 3])
def test_symbols_are_dropped_in_training_alone(slots):
    encoder = GRUEncoder(10, units=6, embedding_dim=4, dropout=0.5, slots=slots, seed=1)
    one, other, kept = (encoder(IDS, training=training) for training in (True, True, False))
    assert np.abs(one - other).max() > 1e-4
    np.testing.assert_array_equal(kept, encoder(IDS))


def test_a_file_that_calls_it_word_encoder_loads():
    config = keras.saving.serialize_keras_object(GRUEncoder(10, units=6, embedding_dim=4))
    config["registered_name"] = "keras_vae_collapse>WordEncoder"
    config["module"], config["class_name"] = "keras_vae_collapse.layers.x", "WordEncoder"
    config["config"]["char_dim"] = config["config"].pop("embedding_dim")
    loaded = keras.saving.deserialize_keras_object(config)
    assert type(loaded) is GRUEncoder and loaded.embedding_dim == 4
    with pytest.warns(DeprecationWarning, match="WordEncoder is now GRUEncoder"):
        assert layers.WordEncoder is GRUEncoder
