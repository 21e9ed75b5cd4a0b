"""What a loss has of distortion and rate, read off the gradients of a stranger's callables."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_vae_collapse.diagnostics import LatentModel, explain
from keras_vae_collapse.diagnostics.examination.loss_weights import weights_of_loss

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")


class OwnStep(keras.Model):
    """`c D + w R` in a training step of its own, its latent drawn in the midst of it."""

    def __init__(self, c, w):
        super().__init__()
        self.c, self.w = c, w
        self.hidden = keras.layers.Dense(4, activation="tanh")
        self.mean, self.spread = keras.layers.Dense(2), keras.layers.Dense(2)
        self.out = keras.layers.Dense(5)
        self.noise = keras.random.SeedGenerator(1)
        self(X)

    def call(self, x):
        return self.out(self.encode(x)[0])

    def encode(self, x):
        hidden = self.hidden(x)
        return self.mean(hidden), ops.softplus(self.spread(hidden)) + 0.1

    def log_prob(self, z, x):
        return -0.5 * ops.sum((x - self.out(z)) ** 2, axis=-1)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loc, scale = self.encode(data)
            z = loc + scale * keras.random.normal(ops.shape(loc), seed=self.noise)
            distortion = -ops.mean(self.log_prob(z, data))
            rate = ops.sum(0.5 * (loc**2 + scale**2 - 1.0) - ops.log(scale), axis=-1)
            loss = self.c * distortion + self.w * ops.mean(rate)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"loss": loss}


@pytest.mark.parametrize(("c", "w"), [(1.0, 1.0), (0.2, 1.0), (1.0, 0.0), (1.0, 6.0)])
def test_the_weights_of_distortion_and_rate_are_found(c, w):
    keras.utils.set_random_seed(0)
    model = OwnStep(c, w)
    model.compile("adam")
    latent = LatentModel(model.encode, model.log_prob, X)
    found = weights_of_loss(model, (X, None), latent, np.random.default_rng(0))
    np.testing.assert_allclose(found[:2], (c, w), rtol=0.15, atol=0.05)
    assert abs(found.rate / found.distortion - w / c) < 3.0 * found.error


def test_a_loss_without_rate_is_named_by_its_callables():
    model = OwnStep(1.0, 0.0)
    model.compile("adam")
    found = explain(model, X, latent=LatentModel(model.encode, model.log_prob, X))
    assert found.causes[0].name == "rate_not_in_loss"


def of_numpy(model):
    return LatentModel(model.encode, lambda z, x: -np.sum((np.asarray(z)[:, :1] - x) ** 2, -1), X)


@pytest.mark.parametrize(
    ("data", "latent"),
    [
        (([X, X], None), None),
        (({"x": X}, None), None),
        ((X, X[:, :2]), None),
        ((X[:, :3], None), None),
        ((X, None), of_numpy),
    ],
)
def test_data_of_another_shape_and_callables_in_numpy_are_not_fitted(data, latent):
    model = OwnStep(1.0, 1.0)
    model.compile("sgd")
    latent = latent(model) if latent else LatentModel(model.encode, model.log_prob, X)
    assert weights_of_loss(model, data, latent, np.random.default_rng(0)) is None


class OtherLoss(OwnStep):
    def log_prob(self, z, x):
        return -10.0 * ops.sum(ops.abs(ops.roll(x, 1, axis=-1) - self.out(z)), axis=-1)


def test_a_loss_that_is_neither_distortion_nor_rate_is_not_fitted():
    keras.utils.set_random_seed(0)
    model = OwnStep(1.0, 0.0)
    model.compile("sgd")
    other = LatentModel(model.encode, lambda z, x: OtherLoss.log_prob(model, z, x), X)
    assert weights_of_loss(model, (X, None), other, np.random.default_rng(0)) is None
    silent = LatentModel(model.encode, lambda z, x: 0.0 * ops.sum(model.out(z), axis=-1), X)
    assert weights_of_loss(model, (X, None), silent, np.random.default_rng(0)) is None
