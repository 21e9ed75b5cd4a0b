"""Plain dropout whose rate changes after the layer is built."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import (
    CategoricalAttributes,
    Dropout,
    GRUEncoder,
    LSTMEncoder,
    TransformerDecoder,
    TransformerEncoder,
)

X = np.ones((4, 50), "float32")
IDS = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0]])


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


def test_inputs_are_zeroed_at_the_rate_and_the_others_rescaled():
    found = Dropout(0.2, seed=1)(np.full((100, 200), 3.0), training=True).numpy()
    np.testing.assert_allclose(np.unique(found), [0.0, 3.0 / 0.8], rtol=1e-6)
    assert abs((found == 0).mean() - 0.2) < 5 * np.sqrt(0.2 * 0.8 / 20_000)
    assert not Dropout(1.0)(X, training=True).numpy().any()


def test_axes_of_size_one_in_the_noise_share_it():
    layer = Dropout(0.5, noise_shape=(None, 1, 50), seed=1)
    found = layer(np.ones((4, 3, 50)), training=True).numpy()
    assert (found == found[:, :1]).all()
    assert (found[0] != found[1]).any() and 0.2 < (found == 0).mean() < 0.8


# Layers with a dropout inside, the inputs, and what is dropped.
INSIDE = {
    "GRUEncoder": (lambda **o: GRUEncoder(9, 4, 3, dropout=0.5, **o), (IDS,)),
    "LSTMEncoder": (lambda **o: LSTMEncoder(9, 4, 3, dropout=0.5, **o), (IDS,)),
    "TransformerEncoder": (lambda **o: TransformerEncoder(9, 4, 3, 1, 2, dropout=0.5, **o), (IDS,)),
    "TransformerDecoder": (
        lambda **o: TransformerDecoder(4, 1, 2, dropout=0.5, **o),
        (X[:, :5], X.reshape(4, 5, 10)),
    ),
    "CategoricalAttributes": (
        lambda **o: CategoricalAttributes(3, [[1, 2]], units=4, dropout=0.5, **o),
        (X,),
    ),
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_dropped_inside_a_layer_follows_its_seed_and_counts_as_soon_as_it_is_built(name):
    make, inputs = INSIDE[name]
    drawn, weights = [], None
    for seed in (3, 3, 4):
        layer = make(seed=seed)
        layer.build(*(array.shape for array in inputs))
        built = [weight.path for weight in layer.weights]
        weights = weights or layer.get_weights()
        layer.set_weights(weights)
        if name == "CategoricalAttributes":
            layer.output_layer.kernel.assign(np.ones((4, 3)))
            drawn.append(layer.parameters(*inputs, training=True).numpy())
        else:
            drawn.append(layer(*inputs, training=True).numpy())
        assert [weight.path for weight in layer.weights] == built
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert np.abs(drawn[0] - drawn[2]).max() > 1e-4
