"""A VAE of TensorFlow Probability distributions, one of them not `Independent`, and its cure.

    python examples/tfp_vae.py [--picture=FILE]

The layers of `tfp.layers`, such as `DistributionLambda`, are layers of Keras 2: with TFP 0.25 a
model of Keras 3 refuses them. Distributions themselves are not tied to any Keras. `tfd.Bernoulli`
has one log-probability for each pixel, so the mean is over pixels too; `tfd.Independent` makes it
a sum. Rate terms take such distributions, and `diagnose` such a model.
"""

import argparse

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics import LatentModel, diagnose, explain
from keras_vae_collapse.losses import KLDivergence

tfd = tfp.distributions


class VAE(keras.Model):
    def __init__(self, pixel_axes):
        super().__init__()
        layers, self.pixel_axes = keras.layers, pixel_axes
        self.encoder = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(8)])
        self.decoder = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(64)])
        self.prior, self.rate_term = tfd.Normal(tf.zeros(4), tf.ones(4)), KLDivergence()

    def posterior(self, x):
        mean, raw_scale = tf.split(self.encoder(x), 2, axis=-1)
        return tfd.Normal(mean, 1e-3 + tf.nn.softplus(raw_scale))

    def likelihood(self, z, pixel_axes=1):
        """`p(x|z)`; one log-probability covers none of the axes of pixels (0), or all (1)."""
        return tfd.Independent(tfd.Bernoulli(logits=self.decoder(z)), pixel_axes)

    def call(self, x, training=None):
        posterior = self.posterior(x)
        likelihood = self.likelihood(posterior.sample(), self.pixel_axes)
        rate_loss = self.rate_term(posterior=posterior, prior=self.prior, training=training)
        self.add_loss(rate_loss - tf.reduce_mean(likelihood.log_prob(x)))
        return likelihood.mean()

    def encode(self, x):
        return self.posterior(x).loc, self.posterior(x).scale


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", help="file for images, and what comes back of them")
    picture = parser.parse_args().picture
    # Binary images of 8 x 8 pixels, a cross anywhere in each.
    centre = np.random.default_rng(0).integers(8, size=(2, 600, 1, 1))
    rows, columns = np.mgrid[:8, :8]
    x = ((rows == centre[0]) | (columns == centre[1])).reshape(-1, 64).astype("float32")
    shown = [x[:8]]
    for name, pixel_axes in (("before", 0), ("after", 1)):
        keras.utils.set_random_seed(0)
        model = VAE(pixel_axes)
        model.compile(keras.optimizers.Adam(3e-3))
        model.fit(x, batch_size=32, epochs=30, verbose=0)
        latent = LatentModel(model.encode, lambda z, x, m=model: m.likelihood(z).log_prob(x), x)
        report = diagnose(latent, num_samples=20)
        rate, worth = report.figures["rate_nats"], report.figures["z_gap_nats"]
        print(explain(model, x, latent=latent).to_text())
        print(f"{name}: {report.verdict}, rate {rate:.2f}, worth of z {worth:.2f}")
        shown.append(model.likelihood(model.encode(x[:8])[0]).mean())
    if picture:
        rows = np.vstack([np.hstack(np.reshape(images, (8, 8, 8))) for images in shown])
        plt.imsave(picture, np.kron(rows, np.ones((6, 6))), cmap="gray")


if __name__ == "__main__":
    main()
