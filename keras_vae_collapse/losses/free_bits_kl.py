"""Free bits: no gradient below a threshold."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_choice, check_choice_or_count, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.losses.rate_term import RateTerm

_OVER = ("dimension", "total", "mean")


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class FreeBitsKL(RateTerm):
    """The KL of each group of latent dimensions, but no less than `r` nats.

    ```
    sum_k max(r, 1/B sum_b KL_bk)        average="batch"    (Kingma et al. 2016)
    1/B sum_b sum_k max(r, KL_bk)        average="example"  (Li et al. 2019)
    ```

    `KL_bk` is the KL of example `b`, summed over the dimensions of group `k`. Below the floor a
    group has no gradient, so that the first `r` nats are free. `over` says what a group is:

    - `"dimension"`: each dimension is a group (Kingma et al. 2016, arXiv:1606.04934; per
      example Li et al. 2019, arXiv:1909.00868);
    - a number: groups of that many neighbouring dimensions;
    - `"total"`: all dimensions are one group;
    - `"mean"`: HA bits, `latent_dim * max(r, mean over batch and dimensions of KL)`. Here `r`
      is in nats **per dimension**. As published the floor is on that mean and the mean itself
      is the penalty. Here it is times `latent_dim`, so that it is in nats per example, as every
      rate term is, and has the weight of the KL above the floor. It equals `over="total"` with
      `r * latent_dim` nats.

    Logs `rate` and `penalty` in nats per example, and `active_groups`, the number of groups
    above the floor.

    Args:
        free_nats: `r`, at least 0; nats per group, or per dimension where `over="mean"`.
        over: `"dimension"`, `"total"`, `"mean"`, or the size of a group, a positive integer
            that divides the number of dimensions.
        average: `"batch"` for the floor on the mean over the global batch, `"example"` for a
            floor under every example.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range, the group size does not divide the
            number of dimensions, or `over` is not `"total"` and the distributions have only a
            joint KL.

    Example:

    ```python
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import FreeBitsKL

    q = tfp.distributions.Normal(tf.constant([[2.0, 0.0]]), tf.ones([1, 2]))  # KL 2 and 0 nats
    p = tfp.distributions.Normal(0.0, 1.0)
    assert FreeBitsKL(0.5)(posterior=q, prior=p) == 2.5
    assert FreeBitsKL(0.5, over="total")(posterior=q, prior=p) == 2.0
    assert FreeBitsKL(3.0, over=2)(posterior=q, prior=p) == 3.0
    assert FreeBitsKL(1.5, over="mean")(posterior=q, prior=p) == 3.0
    ```
    """

    logs = ("active_groups",)
    free_nats = Assignable(check_weight)
    over, average = Fixed(), Fixed()

    def __init__(
        self, free_nats: float, over: str | int = "dimension", average: str = "batch", **kwargs
    ):
        super().__init__(**kwargs)
        self.free_nats = free_nats
        self.over = check_choice_or_count("over", over, _OVER)
        self.average = check_choice("average", average, ("batch", "example"))

    @property
    def needs_dimensions(self):
        return self.over != "total"

    def penalty(self, kl, mean, training):
        groups, floor = self._groups(kl)  # (batch, groups), nats
        if self.average == "batch":
            groups = mean(groups)  # (groups,)
        floored = tf.reduce_sum(tf.maximum(floor, groups), axis=-1)
        active = tf.reduce_sum(tf.cast(groups > floor, tf.float32), axis=-1)
        if self.average == "example":
            floored, active = mean(floored), mean(active)
        self.track(active_groups=active)
        return floored

    def _groups(self, kl):
        free_nats = self._running("free_nats")
        if self.over == "dimension":
            return kl, free_nats
        dims = kl.shape[-1]
        size = self.over if isinstance(self.over, int) else dims
        if dims % size:
            raise ValueError(
                f"`over` must divide the number of latent dimensions, {dims}. "
                f"Received: over={self.over!r}"
            )
        floor = free_nats * dims if self.over == "mean" else free_nats
        grouped = tf.reshape(kl, [-1, dims // size, size])  # (batch, groups, size)
        return tf.reduce_sum(grouped, axis=-1), floor

    def get_config(self):
        return {
            **super().get_config(),
            "free_nats": self.free_nats,
            "over": self.over,
            "average": self.average,
        }
