"""Models with one planted cause each, and healthy ones, as their authors would write them."""

import typing

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from synthetic import LENGTH, VOCABULARY, clauses, history, images, sequences, series

from keras_vae_collapse.layers import CharDropout, GaussianLatent
from keras_vae_collapse.losses import (
    BernoulliNLL,
    GaussianNLL,
    KLDivergence,
    MDRConstraint,
    SequenceNLL,
)


class Patient(typing.NamedTuple):
    """A compiled and trained model with what `fit` got."""

    model: keras.Model
    x: typing.Any
    y: typing.Any = None


class Sampling(layers.Layer):
    """The sampling layer of a public example, not one of ours."""

    def __init__(self, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


class ImageVAE(keras.Model):
    """A convolutional VAE with a training step of its own."""

    def __init__(self, latent_dim=4, kl_weight=1.0):
        super().__init__()
        self.kl_weight = kl_weight
        image = keras.Input((8, 8, 1))
        hidden = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image)
        hidden = layers.Dense(32, activation="relu")(layers.Flatten()(hidden))
        mean, log_variance = layers.Dense(latent_dim)(hidden), layers.Dense(latent_dim)(hidden)
        z = Sampling()([mean, log_variance])
        self.encoder = keras.Model(image, [mean, log_variance, z])
        code = keras.Input((latent_dim,))
        hidden = layers.Reshape((4, 4, 8))(layers.Dense(128, activation="relu")(code))
        hidden = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(hidden)
        self.decoder = keras.Model(
            code, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(hidden)
        )
        self.total_loss_tracker = keras.metrics.Mean(name="total_loss")

    @property
    def metrics(self):
        return [self.total_loss_tracker]

    def train_step(self, data):
        with tf.GradientTape() as tape:
            mean, log_variance, z = self.encoder(data)
            pixels = keras.losses.binary_crossentropy(data, self.decoder(z))
            distortion = ops.mean(ops.sum(pixels, axis=(1, 2)))
            kl = -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))
            loss = distortion + self.kl_weight * ops.mean(ops.sum(kl, axis=1))
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.total_loss_tracker.update_state(loss)
        return {"loss": self.total_loss_tracker.result()}


class SeriesVAE(keras.Model):
    """A VAE of series whose training step has an encoder and a decoder, and faults by name.

    Args:
        fault: `None`, `"no rate"`, `"mean"` or `"slow encoder"`.
        kl_weight: of the rate.
    """

    def __init__(self, fault=None, kl_weight=1.0):
        super().__init__()
        self.fault = fault
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(48, activation="relu")])
        self.latent = GaussianLatent(3, rate_term=KLDivergence(kl_weight))
        self.decoder = keras.Sequential(
            [layers.Dense(48, activation="relu"), layers.Dense(24), layers.Reshape((24, 1))]
        )
        self.slow = keras.optimizers.Adam(1e-7)

    def call(self, x, training=None):
        return self.decoder(self.latent(self.encoder(x), training=training))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            error = ops.square(y - self(x, training=True)) / (2 * 0.15**2)
            loss = (
                ops.mean(error) if self.fault == "mean" else ops.mean(ops.sum(error, axis=(1, 2)))
            )
            if self.fault != "no rate":
                loss += sum(self.losses)
        encoder = [*self.encoder.trainable_weights, *self.latent.trainable_weights]
        first = self.slow if self.fault == "slow encoder" else self.optimizer
        if first is self.optimizer:
            weights = self.trainable_weights
            first.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        else:
            decoder = self.decoder.trainable_weights
            first.apply_gradients(zip(tape.gradient(loss, encoder), encoder, strict=True))
            gradients = tape.gradient(loss, decoder)
            self.optimizer.apply_gradients(zip(gradients, decoder, strict=True))
        return {"loss": loss}


def _fitted(model, x, y, epochs, loss=None, rate=3e-3):
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    return Patient(model, x, y)


def _dense_images(loss, epochs=12, rate_term=None, encoder=None, before_decoder=None, latent_dim=4):
    x = images()
    image = keras.Input((8, 8, 1))
    hidden = encoder(image) if encoder else layers.Flatten()(image)
    if encoder is None:
        hidden = layers.Dense(64, activation="relu")(hidden)
    z = GaussianLatent(latent_dim, rate_term=rate_term)(hidden)
    z = z if before_decoder is None else before_decoder(z)
    hidden = layers.Dense(64, activation="relu")(z)
    activation = "sigmoid" if isinstance(loss, str) else None
    pixels = layers.Reshape((8, 8, 1))(layers.Dense(64, activation=activation)(hidden))
    return _fitted(keras.Model(image, pixels), x, x, epochs, loss)


def _text(ids, rate_term, loss, epochs=10, reads_history=True, dropout=None, mask=False, units=32):
    """A GRU decoder that reads its history; or a dense one that predicts all positions from z."""
    source = keras.Input((LENGTH,), dtype="int32")
    before = keras.Input((LENGTH,), dtype="int32")
    embed = layers.Embedding(VOCABULARY, 16)
    encoded = layers.Dense(64, activation="relu")(layers.Flatten()(embed(source)))
    z = GaussianLatent(8, rate_term=rate_term)(encoded)
    if reads_history:
        seen = before if dropout is None else CharDropout(dropout, unk_id=1)(before)
        both = layers.Concatenate()([embed(seen), layers.RepeatVector(LENGTH)(z)])
        states = layers.GRU(units, return_sequences=True, unroll=True)(both)
        model = keras.Model([source, before], layers.Dense(VOCABULARY)(states))
        return _fitted(model, [ids, history(ids)], ids, epochs, loss, 5e-3)
    states = layers.Reshape((LENGTH, 16))(layers.Dense(16 * LENGTH, activation="relu")(z))
    return _fitted(
        keras.Model(source, layers.Dense(VOCABULARY)(states)), ids, ids, epochs, loss, 5e-3
    )


# The sick. With `cured` the one line is changed that the remedy names.

# Images.


def image_weight(cured=False):
    x = images()
    return _fitted(ImageVAE(kl_weight=1.0 if cured else 40.0), x, None, 10)


def image_mean(cured=False):
    loss = BernoulliNLL() if cured else "binary_crossentropy"
    return _dense_images(loss, rate_term=KLDivergence())


def image_dead_encoder(cured=False):
    def encoder(image):
        bias = keras.initializers.Constant(0.0 if cured else -20.0)
        hidden = layers.Dense(64, activation="relu", bias_initializer=bias)
        return hidden(layers.Flatten()(image))

    return _dense_images(BernoulliNLL(), rate_term=KLDivergence(), encoder=encoder)


def image_stopped(cured=False):
    stop = None if cured else layers.Lambda(tf.stop_gradient)
    return _dense_images(BernoulliNLL(), rate_term=KLDivergence(), before_decoder=stop)


def image_flat(cured=False):
    faint = layers.Rescaling(1.0 if cured else 1e-4)
    return _dense_images(BernoulliNLL(), rate_term=KLDivergence(), before_decoder=faint)


def image_no_rate(cured=False):
    return _dense_images(BernoulliNLL(), rate_term=KLDivergence() if cured else None)


# Series.


def series_mean(cured=False):
    x = series()
    return _fitted(SeriesVAE(None if cured else "mean"), x, x, 12)


def series_no_rate(cured=False):
    x = series()
    return _fitted(SeriesVAE(None if cured else "no rate"), x, x, 12)


def series_weight_zero(cured=False):
    x = series()
    schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 100 if cured else 10**9, 1.0)
    return _fitted(SeriesVAE(kl_weight=schedule), x, x, 12)


def series_slow_encoder(cured=False):
    x = series()
    return _fitted(SeriesVAE(None if cured else "slow encoder"), x, x, 12)


def series_strong(cured=False):
    """Each value is predicted from the true one before it."""
    x = series()
    inputs, before = keras.Input((24, 1)), keras.Input((24, 1))
    hidden = layers.Dense(32, activation="relu")(layers.Flatten()(inputs))
    rate_term = MDRConstraint(8.0) if cured else KLDivergence()
    z = GaussianLatent(3, rate_term=rate_term)(hidden)
    seen = layers.Dropout(0.6)(before) if cured else before
    both = layers.Concatenate()([seen, layers.RepeatVector(24)(z)])
    states = layers.GRU(16, return_sequences=True, unroll=True)(both)
    model = keras.Model([inputs, before], layers.Dense(1)(states))
    shifted = np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)
    return _fitted(model, [x, shifted], x, 8, GaussianNLL(0.5), 5e-3)


# Words and sentences.


def word_strong(cured=False):
    if cured:
        return _text(clauses(), MDRConstraint(8.0), SequenceNLL(), 20, dropout=0.6)
    return _text(clauses(), KLDivergence(), SequenceNLL())


def word_padding(cured=False):
    loss = SequenceNLL(pad_id=0 if cured else None)
    return _text(sequences(), KLDivergence(0.5), loss, 30, reads_history=False)


def word_weight(cured=False):
    rate_term = KLDivergence(1.0 if cured else 30.0)
    return _text(sequences(), rate_term, SequenceNLL(), 20, reads_history=False)


def word_short(cured=False):
    epochs = 60 if cured else 1
    return _text(sequences()[:512], KLDivergence(), SequenceNLL(), epochs, reads_history=False)


def sentence_mean(cured=False):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if cured:
        loss = SequenceNLL()
    return _text(sequences(), KLDivergence(), loss, 20, reads_history=False)


# Healthy.


def healthy_image():
    return _dense_images(BernoulliNLL(), rate_term=KLDivergence(), epochs=20)


def healthy_convolution():
    x = images()
    return _fitted(ImageVAE(), x, None, 20)


def healthy_series():
    x = series()
    return _fitted(SeriesVAE(), x, x, 20)


def healthy_words():
    return _text(sequences(), MDRConstraint(8.0), SequenceNLL(), 20, dropout=0.6)


SICK = {
    "image_weight": (image_weight, "weight_too_high"),
    "image_mean": (image_mean, "distortion_averaged"),
    "image_dead_encoder": (image_dead_encoder, "posterior_ignores_input"),
    "image_stopped": (image_stopped, "z_disconnected"),
    "image_flat": (image_flat, "not_identifiable"),
    "image_no_rate": (image_no_rate, "rate_not_in_loss"),
    "series_mean": (series_mean, "distortion_averaged"),
    "series_no_rate": (series_no_rate, "rate_not_in_loss"),
    "series_weight_zero": (series_weight_zero, "weight_stuck_at_zero"),
    "series_slow_encoder": (series_slow_encoder, "encoder_lags"),
    "series_strong": (series_strong, "generator_strong"),
    "word_strong": (word_strong, "generator_strong"),
    "word_padding": (word_padding, "padding_counted"),
    "word_weight": (word_weight, "weight_too_high"),
    "word_short": (word_short, "too_short"),
    "sentence_mean": (sentence_mean, "distortion_averaged"),
}
HEALTHY = {
    "healthy_image": healthy_image,
    "healthy_convolution": healthy_convolution,
    "healthy_series": healthy_series,
    "healthy_words": healthy_words,
}
