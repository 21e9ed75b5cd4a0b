"""Models in the style of the public examples of Keras, each with a mistake of its own kind."""

import keras
import tensorflow as tf
from keras import layers, ops
from patients import Patient, Sampling
from synthetic import LENGTH, VOCABULARY, clauses, images, series


class ConvVAE(keras.Model):
    """Images; the distortion is a mean over the batch.

    Args:
        over_batch: `ops.sum` for a KL that is summed over the batch as well, the mistake.
    """

    def __init__(self, over_batch=ops.mean):
        super().__init__()
        self.over_batch = over_batch
        image = keras.Input((8, 8, 1))
        h = layers.Conv2D(16, 3, activation="relu", strides=2, padding="same")(image)
        h = layers.Conv2D(16, 3, activation="relu", padding="same")(h)
        h = layers.Dense(32, activation="relu")(layers.Flatten()(h))
        z_mean = layers.Dense(4, name="z_mean")(h)
        z_log_var = layers.Dense(4, name="z_log_var")(h)
        self.encoder = keras.Model(image, [z_mean, z_log_var, Sampling()([z_mean, z_log_var])])
        latent = keras.Input((4,))
        h = layers.Reshape((4, 4, 16))(layers.Dense(256, activation="relu")(latent))
        h = layers.Conv2DTranspose(16, 3, activation="relu", strides=2, padding="same")(h)
        self.decoder = keras.Model(
            latent, layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same")(h)
        )
        self.trackers = [keras.metrics.Mean(name) for name in ("loss", "kl_loss")]

    @property
    def metrics(self):
        return self.trackers

    def train_step(self, data):
        with tf.GradientTape() as tape:
            z_mean, z_log_var, z = self.encoder(data, training=True)
            pixels = keras.losses.binary_crossentropy(data, self.decoder(z, training=True))
            reconstruction_loss = ops.mean(ops.sum(pixels, axis=(1, 2)))
            kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
            kl_loss = self.over_batch(ops.sum(kl_loss, axis=1))
            total_loss = reconstruction_loss + kl_loss
        grads = tape.gradient(total_loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights, strict=True))
        for tracker, value in zip(self.trackers, (total_loss, kl_loss), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}


def image_batch_sum(epochs=15, over_batch=ops.sum):
    """The KL is summed over the batch, the distortion averaged."""
    x = images()
    model = ConvVAE(over_batch)
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(x, batch_size=64, epochs=epochs, verbose=0)
    return Patient(model, x)


class KLLayer(layers.Layer):
    """Adds the KL as a loss and hands on a sample."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(7)

    def call(self, inputs):
        mean, log_var = inputs
        kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
        self.add_loss(ops.mean(kl))
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * epsilon


def sum_squared_error(y_true, y_pred):
    return ops.sum(ops.square(y_true - y_pred), axis=(1, 2))


def series_small_units(epochs=20, unit=0.02):
    """Series of small numbers, such as returns a day, with a squared error of variance 1/2."""
    x = unit * series()
    inputs = keras.Input((24, 1))
    h = layers.GRU(32)(inputs)
    z = KLLayer()([layers.Dense(3)(h), layers.Dense(3)(h)])
    h = layers.GRU(32, return_sequences=True)(layers.RepeatVector(24)(z))
    model = keras.Model(inputs, layers.TimeDistributed(layers.Dense(1))(h))
    model.compile(keras.optimizers.Adam(3e-3), loss=sum_squared_error)
    model.fit(x, x, batch_size=64, epochs=epochs, verbose=0)
    return Patient(model, x, x)


class TokenAndPosition(layers.Layer):
    """Embeddings of tokens and of their positions."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.tokens = layers.Embedding(VOCABULARY, size)
        self.positions = layers.Embedding(LENGTH, size)

    def call(self, ids):
        return self.tokens(ids) + self.positions(ops.arange(LENGTH))


class TextVAE(keras.Model):
    """A Transformer over tokens, which reads those before each one.

    Args:
        shifted: `False` where the decoder gets the tokens that it shall predict, the mistake.
    """

    def __init__(self, shifted=True, size=32):
        super().__init__()
        self.shifted = shifted
        self.embed = TokenAndPosition(size)
        self.attend = layers.MultiHeadAttention(2, size // 2)
        self.norm = layers.LayerNormalization()
        self.to_mean, self.to_log_var = layers.Dense(8), layers.Dense(8)
        self.sample = Sampling()
        self.from_z = layers.Dense(size)
        self.embed_history = TokenAndPosition(size)
        self.decode = layers.MultiHeadAttention(2, size // 2)
        self.norm_of_decoder = layers.LayerNormalization()
        self.feed_forward = layers.Dense(2 * size, activation="gelu")
        self.to_logits = layers.Dense(VOCABULARY)

    def call(self, ids):
        h = self.embed(ids)
        h = ops.mean(self.norm(h + self.attend(h, h)), axis=1)
        mean, log_var = self.to_mean(h), self.to_log_var(h)
        z = self.sample([mean, log_var])
        kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
        self.add_loss(ops.mean(kl))
        history = ids
        if self.shifted:
            history = ops.concatenate([ops.ones_like(ids[:, :1]), ids[:, :-1]], axis=1)
        h = self.embed_history(history) + self.from_z(z)[:, None]
        h = self.norm_of_decoder(h + self.decode(h, h, use_causal_mask=True))
        return self.to_logits(self.feed_forward(h))


def token_loss(y_true, y_pred):
    nats = keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
    return ops.sum(nats, axis=-1)


def text_unshifted(epochs=12, shifted=False):
    """The history of the decoder is not shifted: it reads the token that it shall predict."""
    ids = clauses()
    model = TextVAE(shifted)
    model.compile(keras.optimizers.Adam(5e-3), loss=token_loss)
    model.fit(ids, ids, batch_size=64, epochs=epochs, verbose=0)
    return Patient(model, ids, ids)


SICK = {
    "image_batch_sum": (image_batch_sum, "distortion_averaged"),
    "series_small_units": (series_small_units, "weight_too_high"),
    "text_unshifted": (text_unshifted, "generator_strong"),
}
HEALTHY: dict = {}
