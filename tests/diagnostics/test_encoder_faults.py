"""Faults of encoders that were made with them."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.encoder_faults import (
    count_frozen,
    dead_layer,
    is_blocked,
)
from keras_vae_collapse.diagnostics.examination.latent_site import OurLatent
from keras_vae_collapse.layers import GaussianLatent

X = tf.constant(np.random.default_rng(0).standard_normal((16, 4)), tf.float32)


@pytest.fixture
def encoder():
    """`(sites, first layer, latent)`: what a site of ours is in, and two layers."""
    latent = GaussianLatent(2, name="z")
    first = keras.layers.Dense(3, activation="relu", name="first")
    latent(first(X))
    return [OurLatent.__new__(OurLatent)], first, latent


def call(layer, given):
    outputs = layer(given)
    return (layer, [given], [outputs]), outputs


def test_the_layer_is_named_after_which_all_examples_are_the_same(encoder):
    sites, first, _ = encoder
    seen, hidden = call(first, X)
    draws = [types.SimpleNamespace(inputs=[hidden])]
    assert dead_layer(sites, [seen], draws) is None
    first.set_weights([np.zeros((4, 3)), np.array([1.0, 2.0, 3.0])])
    seen, hidden = call(first, X)
    constant, _ = call(keras.layers.Dense(3, name="positions"), tf.ones((16, 4)))
    second, out = call(keras.layers.Dense(3, name="second"), hidden)
    draws = [types.SimpleNamespace(inputs=[out])]
    assert dead_layer(sites, [constant, seen, second], draws) == "first"
    same = tf.ones((16, 4))
    assert (
        dead_layer(sites, [], [types.SimpleNamespace(inputs=[same])]) == "the inputs of the latent"
    )


@pytest.mark.parametrize(("spread", "dead"), [(1e-2, False), (1e-6, True)])
def test_what_differs_less_than_rounding_is_the_same(encoder, spread, dead):
    sites, _, _ = encoder
    given = 1.0 + spread * X
    assert (dead_layer(sites, [], [types.SimpleNamespace(inputs=[given])]) is not None) is dead


def test_an_encoder_is_blocked_where_no_gradient_comes_past_the_latent(encoder):
    sites, first, latent = encoder
    sites[0].layer = latent
    seen, hidden = call(first, X)
    weights = [*first.trainable_variables, *latent.trainable_variables]
    draws = [types.SimpleNamespace(inputs=[hidden])]

    def blocked(of_first):
        gradients = [of_first] * 2 + [tf.ones(1)] * (len(weights) - 2)
        return is_blocked(sites, [seen], draws, weights, gradients)

    assert blocked(None) and blocked(tf.zeros(3)) and not blocked(tf.ones(3))
    assert not is_blocked(sites, [], draws, weights[2:], [None] * (len(weights) - 2))


def test_weight_matrices_that_are_not_trained_are_counted(encoder):
    sites, first, latent = encoder
    sites[0].layer = latent
    calls = [(first, [X], [first(X)])]
    matrices = sum(len(w.shape) >= 2 for w in (*first.weights, *latent.weights))
    everything = [*first.trainable_variables, *latent.trainable_variables]
    assert count_frozen(sites, calls, everything) == (0, matrices)
    assert count_frozen(sites, calls, latent.trainable_variables) == (1, matrices)
