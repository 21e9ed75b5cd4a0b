"""Models with a later remedy each, healthy and with a planted cause; as `patients.py` has them."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp
from keras import layers, ops
from patients import _fitted
from synthetic import LENGTH, VOCABULARY, clauses, history, images

from keras_vae_collapse.layers import (
    CharDropout,
    DUGaussianLatent,
    GaussianLatent,
    LatentSkip,
    VampPrior,
    VonMisesFisherLatent,
)
from keras_vae_collapse.losses import (
    GECO,
    BernoulliNLL,
    ImportanceWeightedBound,
    KLDivergence,
    MaximumMeanDiscrepancy,
    SequenceNLL,
    WatchedDistortion,
)


def _images(latent, loss=None, epochs=20, decoder=None, before_decoder=None, encoder=None):
    """A dense VAE of images with a latent of one's choice."""
    x = images()
    image = keras.Input((8, 8, 1))
    encoder = encoder or layers.Dense(64, activation="relu")
    z = latent(encoder(layers.Flatten()(image)))
    z = z if before_decoder is None else before_decoder(z)
    pixels = (decoder or _dense_decoder)(z)
    model = keras.Model(image, layers.Reshape((8, 8, 1))(pixels))
    return _fitted(model, x, x, epochs, loss or BernoulliNLL())


def _dense_decoder(z):
    return layers.Dense(64)(layers.Dense(64, activation="relu")(z))


def _clauses(latent, dropout=None, epochs=10, skip=False):
    """A GRU decoder that reads its history, as a strong generator does."""
    ids = clauses()
    source = keras.Input((LENGTH,), dtype="int32")
    before = keras.Input((LENGTH,), dtype="int32")
    embed = layers.Embedding(VOCABULARY, 16)
    z = latent(layers.Dense(64, activation="relu")(layers.Flatten()(embed(source))))
    seen = before if dropout is None else CharDropout(dropout, unk_id=1)(before)
    both = layers.Concatenate()([embed(seen), layers.RepeatVector(LENGTH)(z)])
    states = layers.GRU(32, return_sequences=True, unroll=True)(both)
    states = LatentSkip(32)(states, z) if skip else states
    model = keras.Model([source, before], layers.Dense(VOCABULARY)(states))
    return _fitted(model, [ids, history(ids)], ids, epochs, SequenceNLL(), 5e-3)


# GECO.


def geco():
    term = GECO(12.0, multiplier_step=5e-3, momentum=0.9)
    return _images(GaussianLatent(4, rate_term=term), WatchedDistortion(BernoulliNLL(), term), 30)


def geco_content():
    """A constraint that the decoder meets without `z`: the multiplier falls."""
    term = GECO(60.0, multiplier_step=5e-3, momentum=0.9)
    return _images(GaussianLatent(4, rate_term=term), WatchedDistortion(BernoulliNLL(), term), 20)


# The bound of several samples.


class IWAE(keras.Model):
    """An autoencoder of images that adds the bound itself.

    Args:
        fault: `None`, `"mean"`, `"no penalty"` or `"stopped"`.
    """

    def __init__(self, fault=None, samples=5, latent_dim=4):
        super().__init__()
        self.fault = fault
        self.term = ImportanceWeightedBound(samples)
        self.encoder = keras.Sequential(
            [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(2 * latent_dim)]
        )
        self.decoder = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(64)])

    def call(self, x, training=None):
        mean, raw = ops.split(self.encoder(x), 2, axis=-1)
        posterior = tfp.distributions.Normal(mean, ops.softplus(raw) + 1e-4)
        flat = ops.reshape(x, (-1, 64))

        def log_likelihood(z):
            z = tf.stop_gradient(z) if self.fault == "stopped" else z
            rows = self.decoder(ops.reshape(z, (-1, z.shape[-1])))
            nats = ops.binary_crossentropy(ops.tile(flat, (z.shape[0], 1)), rows, from_logits=True)
            total = ops.mean if self.fault == "mean" else ops.sum
            return -ops.reshape(total(nats, axis=-1), (z.shape[0], -1))

        prior = tfp.distributions.Normal(0.0, 1.0)
        distortion, penalty = self.term.bound(log_likelihood, posterior, prior, training)
        penalty = 0.0 if self.fault == "no penalty" else penalty
        self.add_loss(ops.mean(distortion) + penalty)
        return self.decoder(mean)


def _iwae(fault=None, epochs=20):
    x = images()
    return _fitted(IWAE(fault), x, x, epochs)


def iwae():
    return _iwae()


def iwae_mean():
    return _iwae("mean")


def iwae_no_penalty():
    return _iwae("no penalty", 10)


def iwae_stopped():
    return _iwae("stopped", 10)


# The distance of the aggregate posterior.


def mmd():
    term = MaximumMeanDiscrepancy(100.0)
    return _images(GaussianLatent(4, rate_term=term, initial_scale=0.1))


def mmd_flat():
    latent = GaussianLatent(4, rate_term=MaximumMeanDiscrepancy(100.0))
    return _images(latent, before_decoder=layers.Rescaling(1e-4))


def mmd_zero():
    return _images(GaussianLatent(4, rate_term=MaximumMeanDiscrepancy(0.0)), epochs=10)


# The sphere.


def vmf():
    return _images(VonMisesFisherLatent(8, 60.0, rate_term=KLDivergence()), epochs=30)


def vmf_without_rate():
    """The rate is a constant: leaving it out, or averaging beside it, is no fault."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return _images(VonMisesFisherLatent(8, 60.0), loss, epochs=40)


def vmf_flat():
    latent = VonMisesFisherLatent(8, 60.0, rate_term=KLDivergence())
    return _images(latent, before_decoder=layers.Rescaling(1e-4))


def vmf_dead():
    bias = keras.initializers.Constant(-20.0)
    encoder = layers.Dense(64, activation="relu", bias_initializer=bias)
    return _images(VonMisesFisherLatent(8, 60.0, rate_term=KLDivergence()), encoder=encoder)


# A mixture of posteriors as the prior.


def _vamp(weight):
    x = images()
    encoder = keras.Sequential([keras.Input((64,)), layers.Dense(64, activation="relu")])
    prior = VampPrior(components=16, embedding_dim=64, initial_spread=0.5)
    latent = GaussianLatent(4, rate_term=KLDivergence(weight), prior=prior)
    prior.bind(lambda u: latent.parameters(encoder(u)))
    image = keras.Input((8, 8, 1))
    pixels = _dense_decoder(latent(encoder(layers.Flatten()(image))))
    model = keras.Model(image, layers.Reshape((8, 8, 1))(pixels))
    return _fitted(model, x, x, 20, BernoulliNLL())


def vamp():
    return _vamp(1.0)


def vamp_weight():
    return _vamp(40.0)


# Skip connections.


def skip():
    def decoder(z):
        hidden = LatentSkip(64)(layers.Dense(64, activation="relu")(z), z)
        return layers.Dense(64)(LatentSkip(64)(hidden, z))

    return _images(GaussianLatent(4, rate_term=KLDivergence()), decoder=decoder)


def skip_strong():
    return _clauses(GaussianLatent(8, rate_term=KLDivergence()), skip=True)


# Diversity and uncertainty.


def du():
    return _images(DUGaussianLatent(4, gamma=1.0, rate_term=KLDivergence(), variance_dropout=0.2))


def du_mean():
    latent = DUGaussianLatent(4, gamma=0.3, rate_term=KLDivergence())
    return _images(latent, keras.losses.BinaryCrossentropy(from_logits=True))


SICK = {
    "geco_content": (geco_content, "weight_too_high"),
    "iwae_mean": (iwae_mean, "distortion_averaged"),
    "iwae_no_penalty": (iwae_no_penalty, "rate_not_in_loss"),
    "iwae_stopped": (iwae_stopped, "z_disconnected"),
    "mmd_flat": (mmd_flat, "not_identifiable"),
    "mmd_zero": (mmd_zero, "weight_stuck_at_zero"),
    "vmf_flat": (vmf_flat, "not_identifiable"),
    "vmf_dead": (vmf_dead, "posterior_ignores_input"),
    "vamp_weight": (vamp_weight, "weight_too_high"),
    "skip_strong": (skip_strong, "generator_strong"),
    "du_mean": (du_mean, "distortion_averaged"),
}
HEALTHY = {
    "healthy_geco": geco,
    "healthy_iwae": iwae,
    "healthy_mmd": mmd,
    "healthy_vmf": vmf,
    "healthy_vmf_without_rate": vmf_without_rate,
    "healthy_vamp": vamp,
    "healthy_skip": skip,
    "healthy_du": du,
}
