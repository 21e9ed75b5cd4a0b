"""ControlVAE: a KL weight set by a PI controller."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number, check_weight
from keras_vae_collapse.losses.rate_term import RateTerm


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ControlVAEKL(RateTerm):
    """The rate times a weight that a PI controller sets so that the rate meets a target.

    ```
    beta(t) R,    beta(t) = Kp / (1 + exp(e(t))) - Ki sum_{j<=t} e(j) + beta_min,    e = r - R
    ```

    clipped to `[beta_min, beta_max]` (Shao et al. 2020, arXiv:2004.05988). A rate below the
    target lowers `beta`, one above raises it. No gradient flows through `beta`.

    Anti wind-up: the integral takes in an error only if the unclipped `beta` stays within its
    bounds or the error brings it back towards them, so that the controller answers at once
    when the error changes sign. The integral is a weight of the layer: saved, resumed, and
    computed from the rate of the global batch, so the same on every replica. It moves in
    training only; in evaluation `beta` is what it would be with the integral as it stands.

    Logs `rate` and `penalty` in nats per example, `kl_weight` (`beta`) and `gap` (`r - R`).

    Args:
        rate_nats: the set point `r` in nats per example, at least 0.
        proportional: `Kp`, at least 0.
        integral: `Ki` in 1/nats, at least 0.
        min_weight: `beta_min`, at least 0.
        max_weight: `beta_max`, greater than `min_weight`.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import ControlVAEKL

    q = tfp.distributions.Normal(tf.ones([8, 2]), tf.ones([8, 2]))  # 1 nat
    p = tfp.distributions.Normal(0.0, 1.0)
    term = ControlVAEKL(rate_nats=0.5, proportional=0.0, integral=0.1)
    values = [float(term(posterior=q, prior=p, training=True)) for _ in range(3)]
    assert values[0] < values[1] < values[2]  # the rate is too high: beta grows
    ```
    """

    logs = ("kl_weight", "gap")
    rate_nats = Assignable(check_weight)
    proportional = Assignable(check_weight)
    integral = Assignable(check_weight)
    min_weight = Assignable(check_weight)
    max_weight = Assignable(check_weight)

    def __init__(
        self,
        rate_nats: float,
        proportional: float = 0.01,
        integral: float = 0.0001,
        min_weight: float = 0.0,
        max_weight: float = 1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.rate_nats = rate_nats
        self.proportional = proportional
        self.integral = integral
        self.min_weight = min_weight
        self.max_weight = check_number("max_weight", max_weight, low=self.min_weight, open_low=True)
        self.integral_term = self.add_state("integral_term", 0.0)

    def penalty(self, kl, mean, training):
        R = mean(tf.reduce_sum(kl, axis=-1))
        e = tf.stop_gradient(self._running("rate_nats") - R)
        low, high = self._running("min_weight"), self._running("max_weight")
        # Kp / (1 + exp(e)) without overflow.
        P = self._running("proportional") * tf.math.sigmoid(-e)
        old = tf.convert_to_tensor(self.integral_term)
        I = old - self._running("integral") * e if training else old  # noqa: E741
        free = P + I + low
        beta = tf.clip_by_value(free, low, high)
        if training:
            # Beyond the upper bound only e > 0 (which lowers beta) may enter, and vice versa.
            winds_up = ((free > high) & (e < 0.0)) | ((free < low) & (e > 0.0))
            self.integral_term.assign(tf.where(winds_up, old, I))
        self.track(kl_weight=beta, gap=e)
        return beta * R

    def get_config(self):
        return {
            **super().get_config(),
            "rate_nats": self.rate_nats,
            "proportional": self.proportional,
            "integral": self.integral,
            "min_weight": self.min_weight,
            "max_weight": self.max_weight,
        }
