"""Every rate term once, with arguments under which its non-linear part is at work."""

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse import losses, schedules

tfd = tfp.distributions


@keras.saving.register_keras_serializable(package="rate_term_cases")
class HalfRate(losses.RateTerm):
    """The smallest rate term of a user's own."""

    def penalty(self, kl, mean, training):
        return 0.5 * mean(keras.ops.sum(kl, axis=-1))


def without_draws(term):
    """What is drawn at random is no mean over the examples; its own tests have the distance."""
    object.__setattr__(term, "_estimate", lambda *_: tf.constant(0.0))
    return term


# The posteriors they are checked with have 2 to 4 nats.
TERMS = {
    "user": HalfRate,
    "kl": lambda: losses.KLDivergence(0.5),
    "kl_linear": lambda: losses.KLDivergence(schedules.LinearAnnealing(0.2)),
    "kl_exponential": lambda: losses.KLDivergence(schedules.ExponentialAnnealing(0.2)),
    "kl_logistic": lambda: losses.KLDivergence(schedules.LogisticAnnealing(0.5, midpoint=3)),
    "kl_cyclical": lambda: losses.KLDivergence(schedules.CyclicalAnnealing(4, cycles=1)),
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
    # Told no distortion it stays at its weight.
    "geco": lambda: losses.GECO(5.0, initial_multiplier=2.0),
    # Called on its own it is the KL.
    "iwae": lambda: losses.ImportanceWeightedBound(3),
    "mmd": lambda: without_draws(losses.MaximumMeanDiscrepancy(0.0, rate_weight=0.5, seed=1)),
}


def normal(loc, scale, dtype=tf.float32):
    return tfd.Normal(tf.constant(loc, dtype), tf.constant(scale, dtype))


def standard_normal():
    return tfd.Normal(0.0, 1.0)


def kl_float64(loc, scale):
    """The closed form against the standard normal, an independent computation in float64."""
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    return 0.5 * (loc**2 + scale**2 - 1.0) - np.log(scale)
