import keras
import numpy as np
import pytest
from small_model import X, make_model

from keras_vae_collapse.callbacks.weight_average import (
    averaged_weights,
    mean_weights,
    restart_average,
)


def test_only_trainable_weights_are_averaged():
    model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization()])
    own = {"gamma": 1.0, "beta": 2.0, "moving_mean": 3.0, "moving_variance": 4.0}
    other = {"gamma": 2.0, "beta": 4.0, "moving_mean": 9.0, "moving_variance": 9.0}
    names = [weight.name for weight in model.weights]
    model.set_weights([np.array([own[name]], "float32") for name in names])
    others = [np.array([other[name]], "float32") for name in names]
    mean = dict(zip(names, np.concatenate(mean_weights(model, others)), strict=True))
    assert mean == {"gamma": 1.5, "beta": 3.0, "moving_mean": 3.0, "moving_variance": 4.0}
    with pytest.raises(ValueError):
        mean_weights(model, others[1:])


def test_weights_come_back_after_an_error():
    model = make_model(use_ema=True)
    model.fit(X, X[:, :1], batch_size=8, verbose=0)
    model.layers[-1].kernel.assign(np.ones((3, 1)))  # Keras ends with the averages
    raw = model.get_weights()
    with pytest.raises(RuntimeError), averaged_weights(model):
        assert any(np.any(a != b) for a, b in zip(raw, model.get_weights(), strict=True))
        raise RuntimeError
    for found, expected in zip(model.get_weights(), raw, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("use_ema", "steps"), [(False, 1), (True, 0)])
def test_without_an_average_nothing_changes(use_ema, steps):
    model = make_model(use_ema=use_ema)
    if steps:
        model.fit(X, X[:, :1], batch_size=8, verbose=0)
    else:  # the averages are there, and hold nothing yet
        model.optimizer.build(model.trainable_variables)
        model.layers[-1].kernel.assign(np.ones((3, 1)))
    raw = model.get_weights()
    with averaged_weights(model):
        for found, expected in zip(model.get_weights(), raw, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_restarted_average_is_the_weights():
    model = make_model(use_ema=True)
    model.fit(X, X[:, :1], batch_size=8, verbose=0)
    model.layers[-1].kernel.assign(np.ones((3, 1)))  # Keras ends with the averages
    restart_average(model)
    with averaged_weights(model):
        averages = [weight.numpy() for weight in model.trainable_weights]
    for average, weight in zip(averages, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(average, weight)
    np.testing.assert_array_equal(model.layers[-1].kernel, np.ones((3, 1)))
