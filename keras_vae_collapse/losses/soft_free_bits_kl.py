"""Soft free bits: a KL weight that a rule turns up and down."""

import warnings

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number, check_positive, check_weight
from keras_vae_collapse.losses.rate_term import RateTerm


def _check_step(name, value):
    return check_number(name, value, low=0.0, high=1.0, open_low=True, open_high=True)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class SoftFreeBitsKL(RateTerm):
    """The rate times a weight that shrinks below a target rate and grows above it.

    ```
    gamma R
    gamma <- gamma (1 - step)    where R < r
    gamma <- gamma (1 + step)    where R > (1 + tolerance) r
    ```

    with `gamma` clipped to `[1e-3, 1]` (Chen et al. 2016, arXiv:1611.02731, appendix C). The
    floor keeps `gamma` within reach after a long time below the target: from there to 1 it is
    73 steps of 10%. `gamma` starts at 1, is the weight of the call it is updated after, and is
    updated in training only. Unlike free bits it leaves a gradient below the target. It is a
    weight of the layer: saved, resumed, and computed from the rate of the global batch, so the
    same on every replica.

    Logs `rate` and `penalty` in nats per example, `kl_weight` (`gamma`) and `gap` (`r - R`).

    Args:
        rate_nats: the target rate `r` in nats per example, greater than 0.
        tolerance: relative width of the band in which `gamma` rests, at least 0.
        step: relative change of `gamma` in one call, in (0, 1).
        target_nats: the former name of `rate_nats`, deprecated.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import numpy as np
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import SoftFreeBitsKL

    q = tfp.distributions.Normal(tf.ones([8, 2]), tf.ones([8, 2]))  # 1 nat
    p = tfp.distributions.Normal(0.0, 1.0)
    term = SoftFreeBitsKL(rate_nats=5.0)
    values = [float(term(posterior=q, prior=p, training=True)) for _ in range(3)]
    np.testing.assert_allclose(values, [1.0, 0.9, 0.81], rtol=1e-6)
    ```
    """

    logs = ("kl_weight", "gap")
    rate_nats = Assignable(check_positive)
    tolerance = Assignable(check_weight)
    step = Assignable(_check_step)
    minimum_gamma = 1e-3

    def __init__(
        self,
        rate_nats: float | None = None,
        tolerance: float = 0.05,
        step: float = 0.1,
        target_nats=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if target_nats is not None:
            if rate_nats is not None:
                raise ValueError(
                    "`target_nats` is the former name of `rate_nats`: give one of them. "
                    f"Received: rate_nats={rate_nats!r}, target_nats={target_nats!r}"
                )
            warnings.warn(
                "`target_nats` of SoftFreeBitsKL is now `rate_nats`.",
                DeprecationWarning,
                stacklevel=2,
            )
            rate_nats = target_nats
        self.rate_nats = rate_nats
        self.tolerance = tolerance
        self.step = step
        self.gamma = self.add_state("gamma", 1.0)

    def penalty(self, kl, mean, training):
        R = mean(tf.reduce_sum(kl, axis=-1))
        gamma = tf.convert_to_tensor(self.gamma)
        r, tolerance = self._running("rate_nats"), self._running("tolerance")
        self.track(kl_weight=gamma, gap=r - R)
        if training:
            below = tf.cast(R < r, tf.float32)
            above = tf.cast(R > (1.0 + tolerance) * r, tf.float32)
            changed = gamma * (1.0 + self._running("step") * (above - below))
            self.gamma.assign(tf.clip_by_value(changed, self.minimum_gamma, 1.0))
        return gamma * R

    def get_config(self):
        return {
            **super().get_config(),
            "rate_nats": self.rate_nats,
            "tolerance": self.tolerance,
            "step": self.step,
        }
