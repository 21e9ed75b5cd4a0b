"""A subclassed VAE with a `train_step` of its own and too high a KL weight, and its cure.

    python examples/train_step_vae.py [--picture=FILE]

The model has the shape of the VAE of the Keras examples: encoder, sampling layer, decoder, and a
`train_step` with a gradient tape. The cure is a rate term that holds a target.
"""

import argparse

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp
from keras import layers, ops

from keras_vae_collapse.diagnostics import explain
from keras_vae_collapse.losses import KLDivergence, MDRConstraint


class Sampling(layers.Layer):
    def __init__(self):
        super().__init__()
        self.noise = keras.random.SeedGenerator(0)

    def call(self, mean, scale):
        return mean + scale * keras.random.normal(ops.shape(mean), seed=self.noise)


class VAE(keras.Model):
    def __init__(self, rate_term):
        super().__init__()
        self.rate_term, self.sampling = rate_term, Sampling()
        self.hidden = layers.Dense(64, activation="relu")
        self.mean, self.scale = layers.Dense(4), layers.Dense(4, activation="softplus")
        self.decoder = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(64, "sigmoid")])

    def call(self, x):
        mean, scale = self.mean(self.hidden(x)), self.scale(self.hidden(x)) + 1e-6
        return tfp.distributions.Normal(mean, scale), self.decoder(self.sampling(mean, scale))

    def train_step(self, x):
        with tf.GradientTape() as tape:
            posterior, pixels = self(x, training=True)
            pixel_loss = keras.losses.binary_crossentropy(x[..., None], pixels[..., None])
            prior = tfp.distributions.Normal(0.0, 1.0)
            rate_loss = self.rate_term(posterior=posterior, prior=prior, training=True)
            loss = ops.mean(ops.sum(pixel_loss, axis=1)) + rate_loss
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", help="file for images, and what comes back of them")
    picture = parser.parse_args().picture
    # Binary images of 8 x 8 pixels, a square anywhere in each.
    corner = np.random.default_rng(0).integers(6, size=(2, 600, 1, 1))
    rows, columns = np.mgrid[:8, :8]
    inside = (abs(rows - corner[0] - 1) <= 1) & (abs(columns - corner[1] - 1) <= 1)
    x = inside.reshape(-1, 64).astype("float32")
    shown = [x[:8]]
    for name, term in (("before", KLDivergence(30.0)), ("after", MDRConstraint(rate_nats=6.0))):
        keras.utils.set_random_seed(0)
        model = VAE(term)
        model.compile(keras.optimizers.Adam(3e-3))
        model.fit(x, batch_size=32, epochs=30, verbose=0)
        why = explain(model, x)
        rate, worth = why.figures["rate_nats"], why.figures["z_worth_nats"]
        print(f"{why.to_text()}\n{name}: rate {rate:.2f}, worth of z {worth:.2f}")
        shown.append(model(x[:8])[1])
    if picture:
        rows = np.vstack([np.hstack(np.reshape(images, (8, 8, 8))) for images in shown])
        plt.imsave(picture, np.kron(rows, np.ones((6, 6))), cmap="gray")


if __name__ == "__main__":
    main()
