"""Minimum desired rate: a constraint on the rate, held by a Lagrange multiplier."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_positive, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.softplus import softplus_inverse
from keras_vae_collapse.losses.rate_term import RateTerm


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class MDRConstraint(RateTerm):
    """The rate and a Lagrange multiplier that holds it at no less than `r` nats.

    ```
    R + u (r - R),    minimised over the network, maximised over u >= 0,
    u = softplus(s w),    w a trainable weight
    ```

    The Lagrangian of "minimise D + R subject to R >= r" (Pelsmaeker & Aziz 2019,
    arXiv:1904.08194). It settles at `R = r` with `u = 1 + dD/dR`, between 0 and 1; or, where the
    distortion alone holds a greater rate, at that rate with `u = 0`. A multiplier near 1 says
    that the decoder gains nothing from the rate.

    **One optimizer does both.** The value is exactly `R + u (r - R)`; terms of value zero
    reverse the gradient of `w`, so that the step that descends for the network ascends for `u`.
    The ascent is on the relative gap, `(r - R) / r`, which has the same maximum and leaves a
    clipped global norm to the network.

    **The multiplier's own step size.** Adam, RMSProp and their kin move every weight by about
    one learning rate a step, so `s w`, and with it `u` where `u >> 0`, moves by
    `multiplier_step` learning rates: `multiplier_step` is the step size of the multiplier
    relative to that of the network. (With plain SGD `s w` moves by the learning rate times
    `s^2` times the gradient.) Weight decay on `w` pulls `u` towards 0.69: exclude the weight
    named `raw_multiplier` from it.

    **Damping.** Descent for the network with ascent for `u` oscillates about the solution. With
    `damping` `c > 0` the gradient of the network uses the effective multiplier
    `max(0, u + c (r - R) / r)` of the augmented Lagrangian instead of `u`: the solution is the
    same, and the oscillation dies out. Only the gradient changes, not the value. `c` has no
    unit, so one value serves any `r`: about 1 converges fastest, more overshoots less, 0
    oscillates.

    Logs `rate` and `penalty` in nats per example, `multiplier` (`u`) and `gap` (`r - R`, nats).

    Args:
        rate_nats: the least rate `r` in nats per example, greater than 0.
        initial_multiplier: `u` before training, greater than 0 (the authors: 1.01).
        multiplier_step: `s`, the multiplier's step size relative to that of the network,
            greater than 0.
        damping: `c`, without unit, at least 0; 0 is the method as published.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import GaussianNLL, MDRConstraint

    inputs = keras.Input((8,))
    constraint = MDRConstraint(rate_nats=200.0)
    z = GaussianLatent(latent_dim=2, rate_term=constraint)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(z))
    model.compile("adam", GaussianNLL())
    history = model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0).history
    assert "gap" in history and constraint.multiplier > 1.01
    ```
    """

    logs = ("multiplier", "gap")
    rate_nats = Assignable(check_positive)
    damping = Assignable(check_weight)
    initial_multiplier, multiplier_step = Fixed(), Fixed()

    def __init__(
        self,
        rate_nats: float,
        initial_multiplier: float = 1.01,
        multiplier_step: float = 1.0,
        damping: float = 2.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.rate_nats = rate_nats
        self.initial_multiplier = check_positive("initial_multiplier", initial_multiplier)
        self.multiplier_step = check_positive("multiplier_step", multiplier_step)
        self.damping = damping
        self.raw_multiplier = self.add_weight(
            name="raw_multiplier",
            shape=(),
            initializer=keras.initializers.Constant(
                softplus_inverse(self.initial_multiplier) / self.multiplier_step
            ),
            autocast=False,
            aggregation="mean",
        )

    @property
    def multiplier(self):
        """`u`, a non-negative float32 scalar."""
        return tf.math.softplus(self.multiplier_step * tf.convert_to_tensor(self.raw_multiplier))

    def penalty(self, kl, mean, training):
        r, c, u = self._running("rate_nats"), self._running("damping"), self.multiplier
        R = mean(tf.reduce_sum(kl, axis=-1))
        gap = tf.stop_gradient(r - R)
        self.track(multiplier=u, gap=gap)
        # Augmented Lagrangian of the constraint g = (r - R) / r <= 0 with multiplier m = r u, so
        # that m g = u (r - R), and penalty weight k = r c, its slack minimised out:
        #   R + (max(0, m + k g)^2 - m^2) / (2 k).
        # Its gradient in R is 1 - max(0, m + k g) / r = 1 - max(0, u + c g).
        effective = tf.stop_gradient(tf.maximum(u + c * gap / r, 0.0))
        descent = (1.0 - effective) * R
        ascent = u * gap / r
        value = tf.stop_gradient(R + u * gap)
        return value + _gradient_only(descent) - _gradient_only(ascent)

    def get_config(self):
        return {
            **super().get_config(),
            "rate_nats": self.rate_nats,
            "initial_multiplier": self.initial_multiplier,
            "multiplier_step": self.multiplier_step,
            "damping": self.damping,
        }


def _gradient_only(value):
    return value - tf.stop_gradient(value)
