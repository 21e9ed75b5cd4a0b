"""Every layer in a model that two replicas train like one device, noise apart."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from cases import BATCH, LAYERS, VOCABULARY, BoundVampPrior, latent_model, layer_model
from noise import switch_noise_off
from rate_term_cases import TERMS
from slow_cases import mostly_slow
from two_replicas import ONE, TWO, weights

from keras_vae_collapse.distribute.multiworker import patched_fit
from keras_vae_collapse.layers import MixturePrior

STEPS = 3
# Sums over the batch run in another order on two replicas: a loss of size 10 is off by about
# 10 * 6e-8, a weight of size 1 by its rounding, 6e-8, in each step.
LOSS_TOLERANCE = 2e-6
WEIGHT_TOLERANCE = 1e-6
SEVERAL_TERMS = "several rate terms"
# One of each kind of state that replicas share; the others pass through the same code of Keras.
QUICK = ("BatchNormGaussianLatent", "CharDropout", "GaussianLatent", SEVERAL_TERMS)


@pytest.fixture(autouse=True)
def means_for_samples(monkeypatch):
    """Estimates of a KL that has no closed form are taken at the mean of the posterior."""

    def mean(self, sample_shape=(), seed=None, name="sample"):
        return tf.broadcast_to(
            self.mean(), tf.concat([[sample_shape], self.batch_shape_tensor()], 0)
        )

    monkeypatch.setattr(tfp.distributions.Normal, "sample", mean)


def host(name):
    """A model with the layer and weights to train, and its inputs."""
    if name == SEVERAL_TERMS:
        return latent_model(*(TERMS[term]() for term in ("free_bits", "soft_free_bits", "mdr")))
    if name == "MixturePrior":
        return latent_model(TERMS["kl"](), prior=MixturePrior(2, 4))
    if name == "VampPrior":
        return latent_model(TERMS["kl"](), prior=BoundVampPrior(2, 4))
    model, arrays = layer_model(name)
    outputs = model.output
    if outputs.dtype == "int32":
        outputs = keras.layers.Embedding(VOCABULARY, 3)(outputs)
    if len(outputs.shape) > 1:
        outputs = keras.layers.Dense(1)(outputs)
    return keras.Model(model.input, outputs), arrays


def trained(name, strategy):
    """The model before and after some steps without noise, as `(before, after, losses)`."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model, arrays = host(name)
        inputs = arrays if len(arrays) > 1 else arrays[0]
        outputs = keras.tree.flatten(model(inputs, training=False))
        # Keras counts its own loss of an output without a second axis once for every replica.
        has_targets = outputs[0].ndim > 1
        model.compile(keras.optimizers.SGD(0.05), "mse" if has_targets else None)
    switch_noise_off(model)
    data = (inputs,)
    if has_targets:
        rng = np.random.default_rng(1)
        data += (tuple(rng.normal(size=output.shape).astype("float32") for output in outputs),)
    batches = tf.data.Dataset.from_tensor_slices(data).batch(BATCH).repeat(STEPS)
    before = weights(model)
    with patched_fit(model):
        history = model.fit(batches, epochs=STEPS, steps_per_epoch=1, verbose=0)
    return before, model, history.history["loss"]


@pytest.mark.parametrize("name", mostly_slow([*LAYERS, SEVERAL_TERMS], QUICK))
def test_two_replicas_train_like_one_device(name):
    before, one, losses = trained(name, ONE)
    same, two, two_losses = trained(name, TWO)
    np.testing.assert_allclose(two_losses, losses, rtol=LOSS_TOLERANCE)
    for first, second in zip(before, same, strict=True):
        np.testing.assert_array_equal(first, second)
    for expected, found, weight in zip(weights(one), weights(two), one.weights, strict=True):
        np.testing.assert_allclose(
            found, expected, rtol=0, atol=WEIGHT_TOLERANCE, err_msg=weight.path
        )
    if one.trainable_weights:
        assert losses[-1] != losses[0]
