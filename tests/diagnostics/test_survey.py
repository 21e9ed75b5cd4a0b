"""Where a model draws its latent, and which of its layers are looked at."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.passes import Passes
from keras_vae_collapse.diagnostics.examination.survey import find_sites, survey
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence

X = np.random.default_rng(0).normal(size=(16, 5, 3)).astype("float32")
ROWS = np.arange(16)


class Sampling(keras.layers.Layer):
    """As in the examples of Keras."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.seeds)
        return mean + keras.ops.exp(0.5 * log_variance) * noise


def series_model(latent):
    """A VAE of series whose first and last layers hold others."""
    inputs = keras.Input(X.shape[1:])
    encoded = keras.layers.Bidirectional(keras.layers.GRU(4))(inputs)
    states = keras.layers.GRU(4, return_sequences=True)(
        keras.layers.RepeatVector(X.shape[1])(latent(encoded))
    )
    outputs = keras.layers.TimeDistributed(keras.layers.Dense(X.shape[2]))(states)
    model = keras.Model(inputs, outputs)
    model.compile("adam", GaussianNLL())
    return model


def test_a_sampling_layer_of_a_stranger_is_found():
    sampling = Sampling()
    model = series_model(
        lambda h: sampling([keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)]),
    )
    (site,) = find_sites(model, (X, X), ROWS)
    assert site.layer is sampling


def test_a_latent_of_ours_is_found_before_others():
    latent, sampling = GaussianLatent(2), Sampling()
    model = series_model(lambda h: sampling([latent(h), keras.layers.Dense(2)(h)]))
    (site,) = find_sites(model, (X, X), ROWS)
    assert site.layer is latent


def test_a_model_that_draws_nothing_is_named():
    model = series_model(keras.layers.Dense(2))
    with pytest.raises(ValueError, match="must have a latent layer.*Received: Functional"):
        find_sites(model, (X, X), ROWS)


def test_a_layer_that_holds_others_is_looked_at_and_not_what_it_holds():
    model = series_model(GaussianLatent(2, rate_term=KLDivergence()))
    passes = Passes(model, (X, X), find_sites(model, (X, X), ROWS))
    names = {type(layer).__name__ for layer in passes.layers()}
    assert {"Bidirectional", "GRU", "TimeDistributed"} <= names
    assert not names & {"Dense", "GRUCell"}
    found = survey(passes, ROWS, np.random.default_rng(0))
    assert found.distortion.kind.name == "squared error" and found.dead_layer is None
