"""A VAE of plain Keras layers, none of them ours, healthy and collapsed, trained here."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae_collapse.diagnostics import LatentModel, diagnose


class PlainVAE(keras.Model):
    def __init__(self, beta):
        super().__init__()
        self.beta = beta
        self.encoder = keras.layers.Dense(8)
        self.decoder = keras.Sequential(
            [keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(16)]
        )
        self.noise = keras.random.SeedGenerator(0)

    def posterior(self, x):
        loc, log_scale = ops.split(self.encoder(x), 2, axis=-1)
        return loc, ops.exp(log_scale)

    def log_prob(self, z, x):
        return -ops.sum(ops.softplus((1 - 2 * x) * self.decoder(z)), axis=-1)

    def call(self, x):
        loc, scale = self.posterior(x)
        z = loc + scale * keras.random.normal(ops.shape(loc), seed=self.noise)
        rate = ops.sum((loc**2 + scale**2 - 1) / 2 - ops.log(scale), axis=-1)
        self.add_loss(ops.mean(self.beta * rate - self.log_prob(z, x)))
        return z


@pytest.mark.parametrize("beta, verdict", [(0.2, "healthy"), (100.0, "collapsed")])
def test_verdict_on_a_trained_model(beta, verdict):
    keras.utils.set_random_seed(0)
    patterns = np.random.default_rng(0).integers(2, size=(16, 16)).astype("float32")
    x = np.tile(patterns, (16, 1))
    model = PlainVAE(beta)
    model.compile(keras.optimizers.Adam(0.02))
    model.fit(x, epochs=40, batch_size=64, verbose=0)
    report = diagnose(
        LatentModel(
            encode=model.posterior,
            log_prob=model.log_prob,
            inputs=x,
            decode=lambda z, x: [tuple(row) for row in np.asarray(model.decoder(z)) > 0],
        ),
        num_samples=20,
    )
    assert report.verdict == verdict, report.to_text()
    if verdict == "healthy":
        assert report.figures["distinct_outputs"] > 12
        assert report.figures["mutual_information_nats"] > 2.0
    else:
        assert report.figures["distinct_outputs"] == 1
        assert not any(d.state == "active" for d in report.dimensions)
