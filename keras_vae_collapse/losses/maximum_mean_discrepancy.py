"""The distance of the aggregate posterior from the prior, in place of the rate."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_choice, check_positive, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.replicas import gathered
from keras_vae_collapse.losses.float32_distribution import to_float32
from keras_vae_collapse.losses.kl_per_dimension import as_vectors
from keras_vae_collapse.losses.rate_term import RateTerm

KERNELS = ("imq", "rbf")


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class MaximumMeanDiscrepancy(RateTerm):
    """A distance between all posteriors together and the prior, beside a part of the rate.

    ```
    alpha R + weight MMD^2(q(z), p(z)),    q(z) = E_x q(z|x)
    MMD^2 = E k(z, z') - 2 E k(z, u) + E k(u, u'),    z, z' ~ q(z),  u, u' ~ p(z)
    k(z, u) = sum_s 1 / (1 + |z - u|^2 / (2 s latent_dim))          "imq"
            = sum_s exp(-|z - u|^2 / (2 s latent_dim))              "rbf"
    ```

    InfoVAE (Zhao et al. 2017, arXiv:1706.02262) and WAE (Tolstikhin et al. 2018,
    arXiv:1711.01558). The rate asks of each posterior that it be the prior; this distance asks it
    of their mixture alone, and leaves `z` free to tell the inputs apart. With `alpha = 0` no
    rate is paid: `z` may hold anything, and the rate has no upper bound. Scales `s` are relative:
    two draws of the prior are `2 latent_dim` apart in the mean, so kernels widen with the
    dimension.

    One draw of each posterior in the global batch and as many of the prior estimate it, without
    bias: pairs of a draw with itself are left out, so that values scatter about zero where
    `q(z)` is the prior. **Small batches** are noisy: with the default scales the standard
    deviation is about `2 / batch` in 4 dimensions and `0.4 / batch` in 64 (the class's test
    measures it); a batch of 1 says nothing of `q(z)`.

    Logs `rate` and `penalty` in nats per example, and `mmd`, the estimate, without unit.

    Args:
        weight: of the distance, in nats, at least 0.
        rate_weight: `alpha`, at least 0.
        kernel: `"imq"`, inverse multiquadric, or `"rbf"`, Gaussian, which hardly sees draws
            that are further apart than its scale.
        scales: the `s`, greater than 0.
        **kwargs: see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range, or there is a latent at each step.

    Example:

    ```python
    import numpy as np
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import MaximumMeanDiscrepancy

    loc = np.random.default_rng(0).normal(size=(500, 2)).astype("float32")
    prior = tfp.distributions.Normal(0.0, 1.0)
    mmd = MaximumMeanDiscrepancy(weight=1.0, seed=0)
    # Posteriors that are nearly points, spread out as the prior is: a high rate, and no distance.
    near = mmd(posterior=tfp.distributions.Normal(loc, 0.01), prior=prior)
    far = mmd(posterior=tfp.distributions.Normal(loc + 2.0, 0.01), prior=prior)
    assert abs(near) < 0.05 < far
    ```
    """

    logs = ("mmd",)
    weight = Assignable(check_weight)
    rate_weight = Assignable(check_weight)
    kernel, scales = Fixed(), Fixed()

    def __init__(
        self,
        weight: float,
        rate_weight: float = 0.0,
        kernel: str = "imq",
        scales=(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.weight = weight
        self.rate_weight = rate_weight
        self.kernel = check_choice("kernel", kernel, KERNELS)
        if not isinstance(scales, (list, tuple)) or not scales:
            raise ValueError(f"`scales` must be a list of numbers. Received: scales={scales!r}")
        self.scales = tuple(check_positive("scales", scale) for scale in scales)

    def call(self, posterior, prior, training=None, sample_weight=None, mask=None):
        # Of the call that `penalty` is about; replicas run in threads of their own.
        self._calls.latest = posterior, prior, sample_weight
        return super().call(posterior, prior, training, sample_weight, mask)

    def penalty(self, kl, mean, training):
        R = mean(tf.reduce_sum(kl, axis=-1))
        # Of all calls of the batch, as the rate is.
        seed = self.noise.next(int(bool(training)))
        mmd = self._calls.logged.get("mmd", 0.0) + self._estimate(*self._calls.latest, seed)
        self.track(mmd=mmd)
        return self._running("rate_weight") * R + self._running("weight") * mmd

    def _estimate(self, posterior, prior, sample_weight, seed):
        posterior, prior = to_float32(posterior), to_float32(prior)
        shape = tf.TensorShape(posterior.batch_shape).concatenate(posterior.event_shape)
        if shape.rank != 2:
            raise ValueError(
                "a MaximumMeanDiscrepancy takes one latent vector for each example, not one at "
                f"each step. Received: posterior={posterior!r}"
            )
        posterior, prior = (as_vectors(each, shape[-1:]) for each in (posterior, prior))
        seeds = tf.random.experimental.stateless_split(seed, 2)
        z = posterior.sample(seed=seeds[0])  # (batch, latent)
        rows = () if prior.batch_shape.rank else (tf.shape(z)[0],)
        u = prior.sample(rows, seed=seeds[1])
        w = tf.ones(tf.shape(z)[:1]) if sample_weight is None else tf.cast(sample_weight, z.dtype)
        return self.distance(gathered(z), gathered(u), gathered(w))

    def distance(self, z, u, weight=None):
        """The estimate of `MMD^2` from draws of two distributions, a float32 scalar.

        Args:
            z, u: draws, `(N, latent_dim)` and `(M, latent_dim)`.
            weight: of each `z`, `(N,)`, or `None` for 1.
        """
        z, u = tf.convert_to_tensor(z), tf.convert_to_tensor(u)
        w = tf.ones(tf.shape(z)[:1], z.dtype) if weight is None else weight
        v = tf.ones(tf.shape(u)[:1], u.dtype)
        zu = tf.einsum("i,ij,j->", w, self._matrix(z, u), v)
        zu = tf.math.divide_no_nan(zu, tf.reduce_sum(w) * tf.reduce_sum(v))
        return self._within(z, w) - 2.0 * zu + self._within(u, v)

    def _within(self, z, w):
        """The mean of `k(z_i, z_j)` over `i != j`."""
        own = len(self.scales) * tf.reduce_sum(w**2)  # k(z, z) is 1 for each scale
        total = tf.einsum("i,ij,j->", w, self._matrix(z, z), w) - own
        return tf.math.divide_no_nan(total, tf.reduce_sum(w) ** 2 - tf.reduce_sum(w**2))

    def _matrix(self, z, u):
        # The kernels of TensorFlow Probability 0.25 have no gradient in a graph under NumPy 1.
        squared = tf.reduce_sum(tf.math.squared_difference(z[:, None], u[None]), axis=-1)
        ratios = [squared / (2.0 * scale * z.shape[-1]) for scale in self.scales]
        return tf.add_n([tf.exp(-r) if self.kernel == "rbf" else 1.0 / (1.0 + r) for r in ratios])

    def get_config(self):
        return {
            **super().get_config(),
            "weight": self.weight,
            "rate_weight": self.rate_weight,
            "kernel": self.kernel,
            "scales": list(self.scales),
        }
