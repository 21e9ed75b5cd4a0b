"""Latents at each step: nats per sequence, masks, what wraps and loops over them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from latent_cases import LATENTS, MASK, STEPS, kl

from keras_vae_collapse.layers import GaussianLatent, MixturePrior
from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, MDRConstraint
from keras_vae_collapse.schedules import LinearAnnealing


@pytest.mark.parametrize("make", LATENTS)
def test_a_latent_at_each_step_has_the_rate_of_its_sequence(make):
    latent = make(rate_term=KLDivergence())
    assert latent(STEPS, training=True).shape == (6, 5, 3)
    latent(STEPS, mask=MASK)
    expected = np.where(MASK, kl(*latent.parameters(STEPS)), 0.0).sum(axis=1).mean()
    np.testing.assert_allclose(latent.losses[0], expected, rtol=1e-5)


def test_the_mask_of_an_embedding_reaches_the_rate_and_goes_on():
    ids = np.where(MASK, 1 + np.arange(5), 0)
    inputs = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    latent = GaussianLatent(2, rate_term=KLDivergence(), initial_scale=0.1)
    z = latent(embedded)
    model = keras.Model(inputs, [embedded, z, keras.layers.GRU(3)(z)])
    model.compile("sgd")
    rate = model.evaluate(ids, verbose=0, return_dict=True)["rate"]
    vectors, z, _ = model(ids)
    expected = np.where(MASK, kl(*latent.parameters(vectors)), 0.0).sum(axis=1).mean()
    np.testing.assert_allclose(rate, expected, rtol=1e-5)
    np.testing.assert_array_equal(z._keras_mask, MASK)


@pytest.mark.parametrize("make", LATENTS[:2])
def test_time_distributed_gives_the_same_rate_and_one_step_of_a_schedule(make):
    term = KLDivergence(LinearAnnealing(0.25))
    inputs = keras.Input((5, 4))
    latent = make(rate_term=term)
    model = keras.Model(inputs, keras.layers.TimeDistributed(latent)(inputs))
    model.compile(keras.optimizers.SGD(0.0))
    logs = model.fit(STEPS, batch_size=3, epochs=2, verbose=0).history
    assert int(term.step) == 4
    expected = kl(*latent.parameters(STEPS)).sum(axis=1).mean()
    np.testing.assert_allclose(logs["rate"], [expected] * 2, rtol=1e-5)


@pytest.mark.parametrize("unroll", [True, False])
def test_a_latent_in_a_recurrent_cell_adds_up_or_says_why_not(unroll):
    class Cell(keras.layers.Layer):
        state_size = output_size = 3

        def __init__(self):
            super().__init__()
            self.latent = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=0.1)

        def build(self, shape):
            self.latent.build((None, 7))

        def call(self, x, states, training=None):
            z = self.latent(tf.concat([x, states[0]], -1), training=training)
            return z, [z]

    inputs = keras.Input((5, 4))
    cell = Cell()
    model = keras.Model(inputs, keras.layers.RNN(cell, unroll=unroll)(inputs))
    model.compile(keras.optimizers.SGD(0.0))
    if unroll:
        rate = model.evaluate(STEPS, verbose=0, return_dict=True)["rate"]
        assert rate > 5 * kl(np.zeros(3), np.full(3, 0.1)).sum()
    else:
        with pytest.raises(ValueError, match="unroll=True"):
            model.fit(STEPS, verbose=0)


def test_a_recurrent_layer_beside_the_latent_is_no_loop_over_it():
    inputs = keras.Input((5, 4))
    latent = GaussianLatent(3, rate_term=KLDivergence())
    model = keras.Model(inputs, latent(keras.layers.GRU(2)(inputs)))
    loop = tf.function(lambda x: tf.map_fn(lambda one: model(one[tf.newaxis])[0], x))
    np.testing.assert_allclose(loop(STEPS), model(STEPS), rtol=1e-5, atol=1e-6)


def test_unknown_lengths_under_time_distributed_are_refused():
    layer = keras.layers.TimeDistributed(GaussianLatent(2, rate_term=KLDivergence()))
    layer.build((None, None, 4))
    step = tf.function(layer, input_signature=[tf.TensorSpec((6, None, 4), tf.float32)])
    with pytest.raises(ValueError, match="without TimeDistributed"):
        step(STEPS)


@pytest.mark.parametrize(
    "term", [KLDivergence, lambda: FreeBitsKL(0.2), lambda: MDRConstraint(9.0)]
)
def test_masked_steps_cost_nothing_in_any_term(term):
    longer = np.concatenate([STEPS, 9 + STEPS], axis=1)
    mask = np.concatenate([np.ones((6, 5), bool), np.zeros((6, 5), bool)], axis=1)
    latent = GaussianLatent(2, rate_term=term(), seed=1)
    latent(STEPS)
    expected = latent.losses[0]
    latent(longer, mask=mask)
    np.testing.assert_allclose(latent.losses[0], expected, rtol=1e-5)


def test_a_mixture_prior_at_each_step():
    # One component at the origin: the standard normal, of whose KL there are samples alone.
    prior, term = MixturePrior(1, 2, initial_spread=0.0), KLDivergence(num_samples=5000, seed=1)
    latent = GaussianLatent(2, rate_term=term, prior=prior, initial_scale=0.3, seed=1)
    for mask in (MASK, np.ones_like(MASK)):
        latent(STEPS, mask=mask)
        expected = np.where(mask, kl(*latent.parameters(STEPS)), 0.0).sum(axis=1).mean()
        np.testing.assert_allclose(latent.losses[0], expected, rtol=0.01)
    assert latent.compute_output_shape((None, 5, 4)) == (None, 5, 2)


def test_slots_at_each_step():
    latent = GaussianLatent(4, slots=2, seed=1)
    z = latent(STEPS)
    np.testing.assert_allclose(z[:, 2], latent(STEPS[:, 2]), rtol=1e-6)
