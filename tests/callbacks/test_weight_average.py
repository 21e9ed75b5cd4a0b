import keras
import numpy as np
import pytest

from keras_vae_collapse.callbacks.weight_average import mean_weights


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
