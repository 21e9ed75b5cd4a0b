"""Plain, weighted or annealed KL."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_weight
from keras_vae_collapse.losses.rate_term import RateTerm
from keras_vae_collapse.losses.weight_schedule import NumberOrSchedule, serialize


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class KLDivergence(RateTerm):
    """The rate times a weight that is fixed or follows a schedule.

    ```
    lambda_t R,    R = 1/B sum_b KL(q(z|x_b) || p(z))
    ```

    With weight 1 the loss is the negative ELBO (Kingma & Welling 2014, arXiv:1312.6114), with
    another number that of the beta-VAE (Higgins et al. 2017), with a schedule of
    `keras_vae_collapse.schedules` annealed KL (Bowman et al. 2015, arXiv:1511.06349). `t` counts
    the batches of training and is a weight of the layer: saved with the model and resumed.
    While the weight grows `loss` grows with it: for early stopping monitor `val_negative_elbo`.

    Logs `rate` and `penalty` in nats per example, and `kl_weight`.

    Args:
        weight: a number of at least 0, or any `keras.optimizers.schedules.LearningRateSchedule`.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: `weight` is negative, not finite, or neither a number nor a schedule.

    Example:

    ```python
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import KLDivergence
    from keras_vae_collapse.schedules import LinearAnnealing

    q = tfp.distributions.Normal(tf.ones([8, 2]), tf.ones([8, 2]))
    p = tfp.distributions.Normal(0.0, 1.0)
    assert KLDivergence()(posterior=q, prior=p) == 1.0

    annealed = KLDivergence(weight=LinearAnnealing(rate=0.5))
    values = [float(annealed(posterior=q, prior=p, training=True)) for _ in range(4)]
    assert values == [0.0, 0.5, 1.0, 1.0]
    ```
    """

    logs = ("kl_weight",)
    weight = NumberOrSchedule(check_weight)

    def __init__(self, weight=1.0, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.step = self.add_state("step", 0, dtype="int64")

    def penalty(self, kl, mean, training):
        weight = KLDivergence.weight.tensor_at(self, self.step)
        self.track(kl_weight=weight)
        if training:
            self.step.assign(self.step + 1)
        return weight * mean(tf.reduce_sum(kl, axis=-1))

    def get_config(self):
        return {**super().get_config(), "weight": serialize(self.weight)}
