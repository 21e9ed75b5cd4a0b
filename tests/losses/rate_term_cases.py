"""Every rate term once, with arguments under which its non-linear part is at work."""

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse import losses, schedules
from keras_vae_collapse.core.replicas import global_batch_mean

tfd = tfp.distributions

# On the data of `features` each posterior has about 2 nats a word.
TERMS = {
    "kl": lambda: losses.KLDivergence(0.5),
    "kl_annealed": lambda: losses.KLDivergence(schedules.CyclicalAnnealing(4, cycles=1)),
    "free_bits": lambda: losses.FreeBitsKL(0.3),
    "free_bits_groups": lambda: losses.FreeBitsKL(0.5, over=2),
    "free_bits_total": lambda: losses.FreeBitsKL(2.0, over="total", average="example"),
    "ha_bits": lambda: losses.FreeBitsKL(0.58, over="mean"),
    "soft_free_bits": lambda: losses.SoftFreeBitsKL(2.8, step=0.2),
    "mdr": lambda: losses.MDRConstraint(3.0, multiplier_step=2.0),
    "mdr_undamped": lambda: losses.MDRConstraint(0.5, damping=0.0),
    "target_rate": lambda: losses.TargetRate(2.1, weight=2.0),
    "target_rate_growing": lambda: losses.TargetRate(schedules.LinearAnnealing(0.2, 2.0)),
    "control_vae": lambda: losses.ControlVAEKL(2.1, proportional=0.5, integral=0.05),
}


def normal(loc, scale, dtype=tf.float32):
    return tfd.Normal(tf.constant(loc, dtype), tf.constant(scale, dtype))


def standard_normal():
    return tfd.Normal(0.0, 1.0)


def kl_float64(loc, scale):
    """The closed form against the standard normal, an independent computation in float64."""
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    return 0.5 * (loc**2 + scale**2 - 1.0) - np.log(scale)


@keras.saving.register_keras_serializable(package="rate_term_tests")
class ManyPosteriors(keras.Model):
    """One posterior for each rate term, all from the same features; no noise."""

    def __init__(self, terms, **kwargs):
        super().__init__(**kwargs)
        self.terms = list(terms)
        self.locs = [
            keras.layers.Dense(4, kernel_initializer=keras.initializers.GlorotUniform(seed=i))
            for i in range(len(self.terms))
        ]
        self.raw_scales = [
            keras.layers.Dense(4, kernel_initializer=keras.initializers.GlorotUniform(seed=100 + i))
            for i in range(len(self.terms))
        ]
        self.decoder = keras.layers.Dense(4, kernel_initializer="ones")

    def call(self, features, training=None):
        # A loss from before the first term: replicas must not lose it to one another.
        self.add_loss(0.5 * global_batch_mean(self.locs[0](features)[:, 0] ** 2))
        latents = []
        for term, loc_layer, scale_layer in zip(
            self.terms, self.locs, self.raw_scales, strict=True
        ):
            loc, scale = loc_layer(features), tf.math.softplus(scale_layer(features)) + 1e-6
            self.add_loss(
                term(posterior=tfd.Normal(loc, scale), prior=standard_normal(), training=training)
            )
            latents.append(loc)
        outputs = self.decoder(tf.add_n(latents))
        error = tf.reduce_sum((outputs - features[:, :4]) ** 2, axis=-1)
        self.add_loss(0.1 * global_batch_mean(error))
        return outputs

    def get_config(self):
        terms = [keras.saving.serialize_keras_object(term) for term in self.terms]
        return {**super().get_config(), "terms": terms}

    @classmethod
    def from_config(cls, config):
        terms = [keras.saving.deserialize_keras_object(term) for term in config.pop("terms")]
        return cls(terms, **config)


def compiled_model(optimizer="sgd", run_eagerly=False):
    model = ManyPosteriors([factory() for factory in TERMS.values()])
    optimizers = {"sgd": keras.optimizers.SGD(0.01), "adam": keras.optimizers.Adam(0.01)}
    model.compile(optimizers[optimizer], run_eagerly=run_eagerly)
    return model


def features(rows, seed=0):
    # The second half is larger than the first, so that two replicas see different rates.
    x = np.random.default_rng(seed).normal(size=(rows, 6)).astype("float32")
    x[rows // 2 :] *= 1.7
    return 0.5 * x


def summary(model):
    """All state and all metrics, by term, as lists that JSON can hold."""
    return {
        name: {
            "state": {w.name: float(w.numpy()) for w in term.weights if w.name != "noise_step"},
            "metrics": {m.name: float(m.result()) for m in term.metrics},
        }
        for name, term in zip(TERMS, model.terms, strict=True)
    }
