"""GECO: the least rate at which the distortion meets a constraint."""

import math

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number, check_positive
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.replicas import global_batch_mean
from keras_vae_collapse.losses.rate_term import RateTerm


def _check_momentum(name, value):
    return check_number(name, value, low=0.0, high=1.0, open_high=True)


def _check_maximum(name, value):
    return check_number(name, value, low=1.0)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GECO(RateTerm):
    """The rate at a weight that holds the distortion at no more than `kappa` nats.

    ```
    minimise R + lambda (D - kappa):    the loss is D + R / lambda,
    lambda <- lambda exp(step C),    C <- momentum C + (1 - momentum) (D - kappa)
    ```

    Rezende & Viola 2018, "Taming VAEs", arXiv:1810.00597: the rate is minimised subject to
    `D <= kappa`. It is the twin of `MDRConstraint`, which minimises `D + R` subject to
    `R >= r`: there one says what `z` shall hold, here how well `x` shall come back. Divided by
    `lambda`, as here, the Lagrangian has the same solutions, and the distortion keeps its weight
    beside other losses. `lambda` grows by a factor of `exp(step C)` in each training step,
    where `C` is the moving average of the violation, and falls once the constraint is met. It is
    kept between `1 / max_multiplier` and `max_multiplier`: without a bound it would grow out of
    all proportion while the model learns, and come back as slowly. A `kappa` that the decoder
    cannot reach leaves an autoencoder with hardly a rate cost.

    **The distortion.** A `SequenceVAE` tells the term what it was. A model of your own does, too,
    if it wraps its loss: `model.compile("adam", WatchedDistortion(SequenceNLL(), geco))`; or by
    `geco.observe(nats)` after the term was called, where the loss is computed by hand. A term that
    is told nothing stays at its weight.

    `lambda` and `C` are weights of the layer: saved, resumed, computed from the global batch and
    so the same on every replica.

    Logs `rate` and `penalty` in nats per example, `multiplier` (`lambda`) and `violation` (`C`,
    nats).

    Args:
        distortion_nats: `kappa` in nats per example, any finite number: a density can exceed 1.
        initial_multiplier: `lambda` before training, between the bounds. The loss is then that
            of a KL weight of `1 / initial_multiplier`.
        multiplier_step: `step` in 1/nats, greater than 0.
        momentum: of the moving average, in [0, 1).
        max_multiplier: at least 1.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import GECO, GaussianNLL, WatchedDistortion

    inputs = keras.Input((8,))
    geco = GECO(distortion_nats=7.5)
    model = keras.Model(inputs, keras.layers.Dense(8)(GaussianLatent(2, geco)(inputs)))
    model.compile("adam", WatchedDistortion(GaussianNLL(), geco))
    history = model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0).history
    assert history["violation"] == [0.0] and geco.multiplier > 1.0
    ```
    """

    logs = ("multiplier", "violation")
    distortion_nats = Assignable(check_number)
    multiplier_step = Assignable(check_positive)
    momentum = Assignable(_check_momentum)
    max_multiplier = Assignable(_check_maximum)
    initial_multiplier = Fixed()

    def __init__(
        self,
        distortion_nats: float,
        initial_multiplier: float = 1.0,
        multiplier_step: float = 5e-3,
        momentum: float = 0.99,
        max_multiplier: float = 100.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.distortion_nats = distortion_nats
        self.max_multiplier = max_multiplier
        self.initial_multiplier = check_number(
            "initial_multiplier", initial_multiplier, 1.0 / self.max_multiplier, self.max_multiplier
        )
        self.multiplier_step = multiplier_step
        self.momentum = momentum
        self.log_multiplier = self.add_state("log_multiplier", math.log(self.initial_multiplier))
        self.violation = self.add_state("violation", 0.0)
        self.observations = self.add_state("observations", 0, dtype="int64")

    @property
    def multiplier(self):
        """`lambda`, a positive float32 scalar."""
        return tf.exp(tf.convert_to_tensor(self.log_multiplier))

    def penalty(self, kl, mean, training):
        # What is observed of this batch belongs to this call.
        self._calls.training = bool(training)
        self.track(multiplier=self.multiplier, violation=tf.convert_to_tensor(self.violation))
        return mean(tf.reduce_sum(kl, axis=-1)) / self.multiplier

    def observe(self, distortion):
        """Moves the multiplier on, if the term was called in training.

        Args:
            distortion: `-log p(x|z)` of each example of the batch in nats, `(batch,)`.
        """
        if not getattr(self._calls, "training", False):
            return
        D = global_batch_mean(tf.cast(tf.stop_gradient(distortion), tf.float32))
        violation = D - self._running("distortion_nats")
        count, old = tf.convert_to_tensor(self.observations), tf.convert_to_tensor(self.violation)
        kept = tf.where(count > 0, self._running("momentum"), 0.0)
        C = kept * old + (1.0 - kept) * violation
        log_lambda = tf.convert_to_tensor(self.log_multiplier)
        new = log_lambda + self._running("multiplier_step") * C
        most = tf.math.log(self._running("max_multiplier"))
        new = tf.clip_by_value(new, -most, most)
        held = self._held()
        self.violation.assign(tf.where(held, old, C))
        self.log_multiplier.assign(tf.where(held, log_lambda, new))
        self.observations.assign(count + tf.where(held, tf.constant(0, tf.int64), 1))

    def get_config(self):
        return {
            **super().get_config(),
            "distortion_nats": self.distortion_nats,
            "initial_multiplier": self.initial_multiplier,
            "multiplier_step": self.multiplier_step,
            "momentum": self.momentum,
            "max_multiplier": self.max_multiplier,
        }
