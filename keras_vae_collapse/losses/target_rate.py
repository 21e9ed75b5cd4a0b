"""Target rate: the distance of the rate from a capacity."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_weight
from keras_vae_collapse.losses.rate_term import RateTerm
from keras_vae_collapse.losses.weight_schedule import NumberOrSchedule, serialize


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class TargetRate(RateTerm):
    """A weight times the distance of the rate from a target.

    ```
    weight |R - C_t|
    ```

    (Burgess et al. 2018, arXiv:1804.03599; Alemi et al. 2018, arXiv:1711.00464.) `R` is the mean
    over the global batch. The capacity `C` is a number or grows along a schedule, for instance
    `LinearAnnealing(rate=25 / 100_000, threshold=25)`; `t` counts the batches of training and is
    a weight of the layer: saved with the model and resumed. The gradient has the size of
    `weight` on either side of the target: below a weight of about 1 the distortion may win.

    Logs `rate` and `penalty` in nats per example, `target` (`C_t`) and `gap` (`C_t - R`).

    Args:
        rate_nats: `C` in nats per example, a number of at least 0, or any
            `keras.optimizers.schedules.LearningRateSchedule`.
        weight: at least 0.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import TargetRate

    q = tfp.distributions.Normal(tf.ones([8, 2]), tf.ones([8, 2]))  # 1 nat
    p = tfp.distributions.Normal(0.0, 1.0)
    assert TargetRate(rate_nats=5.0, weight=10.0)(posterior=q, prior=p) == 40.0
    ```
    """

    logs = ("target", "gap")
    rate_nats = NumberOrSchedule(check_weight)
    weight = Assignable(check_weight)

    def __init__(self, rate_nats, weight: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.rate_nats = rate_nats
        self.weight = weight
        self.step = self.add_state("step", 0, dtype="int64")

    def penalty(self, kl, mean, training):
        C = TargetRate.rate_nats.tensor_at(self, self.step)
        R = mean(tf.reduce_sum(kl, axis=-1))
        self.track(target=C, gap=C - R)
        if training:
            self.step.assign(self.step + 1)
        return self._running("weight") * tf.abs(R - C)

    def get_config(self):
        return {
            **super().get_config(),
            "rate_nats": serialize(self.rate_nats),
            "weight": self.weight,
        }
