"""Every public class in a model that two replicas train like one device, noise apart."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from cases import BATCH, HOSTS, INPUTS, NAMES
from noise import switch_noise_off
from two_replicas import ONE, TWO, weights

from keras_vae_collapse.distribute.multiworker import fit_remedy

STEPS = 3
# Sums over the batch run in another order on two replicas: a loss of size 10 is off by about
# 10 * 6e-8, a weight of size 1 by its rounding, 6e-8, in each step.
LOSS_TOLERANCE = 2e-6
WEIGHT_TOLERANCE = 1e-6
# Keras counts its own loss of an output without a second axis once for every replica.
WITHOUT_TARGETS = {"AuxiliaryStateCost", "ReinflectionVAE", "InflectionDecoder"}


@pytest.fixture(autouse=True)
def means_for_samples(monkeypatch):
    """Estimates of a KL that has no closed form are taken at the mean of the posterior."""

    def mean(self, sample_shape=(), seed=None, name="sample"):
        return tf.broadcast_to(
            self.mean(), tf.concat([[sample_shape], self.batch_shape_tensor()], 0)
        )

    monkeypatch.setattr(tfp.distributions.Normal, "sample", mean)


def batches(name, outputs):
    """The inputs of a case, with random targets where the model has a loss, a batch a step."""
    inputs = INPUTS[name]
    data = tuple(inputs) if isinstance(inputs, list) else inputs
    if name in WITHOUT_TARGETS:
        data = data if isinstance(data, dict) else (data,)
    else:
        targets = np.random.default_rng(1).normal(size=outputs.shape).astype("float32")
        data = (data, targets)
    return tf.data.Dataset.from_tensor_slices(data).batch(BATCH, drop_remainder=True).repeat(STEPS)


def trained(name, strategy):
    """The model before and after some steps without noise, as `(before, after, losses)`."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = HOSTS[name]()
        outputs = model(INPUTS[name], training=False)
        model.compile(keras.optimizers.SGD(0.05), None if name in WITHOUT_TARGETS else "mse")
    switch_noise_off(model)
    before = weights(model)
    with fit_remedy(model):
        history = model.fit(batches(name, outputs), epochs=STEPS, steps_per_epoch=1, verbose=0)
    return before, model, history.history["loss"]


@pytest.mark.parametrize("name", NAMES)
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
