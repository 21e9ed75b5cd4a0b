"""Plain dropout whose rate changes after the layer is built."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import Dropout, GRUEncoder, TransformerDecoder

X = np.ones((4, 50), "float32")


def test_noise_goes_on_after_loading_where_the_rate_was_raised_from_0(tmp_path):
    inputs = keras.Input((50,))
    model = keras.Model(inputs, Dropout(0.0, seed=1, name="drop")(inputs))
    model.get_layer("drop").rate = 0.5
    drawn = [np.array(model(X, training=True)) for _ in range(2)]
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    third = np.array(model(X, training=True))
    assert not np.array_equal(third, drawn[0])
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X, training=True), third)
    model.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(model(X, training=True), third)


def test_with_a_rate_of_0_a_layer_has_no_weights_and_loads_files_without_any(caplog):
    layer = Dropout(0.0, seed=1)
    layer(X)
    assert layer.weights == []
    layer.load_own_variables({})
    assert not caplog.messages


@pytest.mark.parametrize(
    "make",
    [lambda: GRUEncoder(5, 4, dropout=0.1), lambda: TransformerDecoder(4, heads=2, dropout=0.1)],
)
def test_the_dropout_of_a_layer_can_be_assigned_within_its_range(make):
    layer = make()
    layer.dropout = 0.5
    with pytest.raises(ValueError, match="`dropout` must"):
        layer.dropout = 1.5
    assert layer.dropout == 0.5
