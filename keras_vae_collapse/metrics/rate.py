"""The rate, KL(q(z|x) || p(z)), per word and per latent dimension."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.prior import dimension_log_prob, gaussian_log_prob


def kl_per_dimension(loc, scale):
    """KL to the standard normal of each word and dimension, nats, float64 `(N, latent)`.

    ```
    KL_d = (mu_d^2 + sigma_d^2 - 1) / 2 - log sigma_d
    ```

    Args:
        loc, scale: the Gaussian posterior of each word, `(N, latent)`.
    """
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    return 0.5 * (loc**2 + (scale - 1.0) * (scale + 1.0)) - np.log(scale)


def rate_per_dimension(loc, scale, prior=None, num_samples=16, seed=0):
    """KL(q(z_d|x) || p(z_d)) of each word and dimension, nats, float64 `(N, latent)`.

    Closed form for the standard normal, else an unbiased Monte-Carlo estimate, the mean of
    `log q(z_k|x) - log p(z_k)` over samples of the posterior.

    Args:
        loc, scale: the Gaussian posterior of each word, `(N, latent)`.
        prior: `None` for the standard normal, or a TFP distribution of scalars.
        num_samples: samples for each word, where there is no closed form.
        seed: a non-negative integer.

    Returns:
        The array, or `None` where the prior is one of vectors: then dimensions have no rate
        of their own.
    """
    if prior is None:
        return kl_per_dimension(loc, scale)
    if prior.event_shape.rank:
        return None
    return _monte_carlo_kl(loc, scale, prior, num_samples, seed)


def rate(loc, scale, prior=None, num_samples=16, seed=0):
    """KL(q(z|x) || p(z)) of each word, in nats, float64 `(N,)`.

    Args:
        prior: `None` for the standard normal, or a TFP distribution, of scalars or vectors.
        **others: as for `rate_per_dimension`.
    """
    kl = rate_per_dimension(loc, scale, prior, num_samples, seed)
    if kl is None:
        kl = _monte_carlo_kl(loc, scale, prior, num_samples, seed)
    return kl.sum(axis=-1)


def _monte_carlo_kl(loc, scale, prior, num_samples, seed):
    """`(N, latent)`, or `(N, 1)` for a prior of vectors."""
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    rng = np.random.default_rng(check_integer("seed", seed, low=0))
    total = 0.0
    for _ in range(check_integer("num_samples", num_samples, low=1)):
        epsilon = rng.standard_normal(loc.shape)
        log_q = gaussian_log_prob(epsilon) - np.log(scale)
        log_p = dimension_log_prob(prior, loc + scale * epsilon)
        if log_p.shape != log_q.shape:
            log_q = log_q.sum(axis=-1, keepdims=True)
        total = total + log_q - log_p
    return total / num_samples


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class RatePerDimension(keras.metrics.Metric):
    """Mean over the words of the KL of each latent dimension, in nats.

    ```
    R_d = 1/N sum_x KL(q(z_d | x) || N(0, 1)),    q(z_d | x) = N(mu_d, sigma_d^2)
    ```

    The rate per word is the sum of the result.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        **kwargs: `name` and `dtype` of the metric.

    Call arguments:
        loc, scale: the posterior of each word, `(batch, latent_dim)`.
        sample_weight: `None`, or a weight for each word.

    Returns:
        Float `(latent_dim,)`, nats; zeros before the first word.

    Raises:
        ValueError: `latent_dim` is not a positive integer.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import RatePerDimension

    metric = RatePerDimension(latent_dim=2)
    metric.update_state(np.array([[2.0, 0.0]]), np.ones((1, 2)))
    np.testing.assert_allclose(metric.result(), [2.0, 0.0])
    ```
    """

    def __init__(self, latent_dim, name="rate_per_dimension", **kwargs):
        super().__init__(name=name, **kwargs)
        self.latent_dim = check_integer("latent_dim", latent_dim, low=1)
        self.total = self.add_variable((self.latent_dim,), initializer="zeros", name="total")
        self.words = self.add_variable((), initializer="zeros", name="words")

    def update_state(self, loc, scale, sample_weight=None):
        loc, scale = ops.cast(loc, self.dtype), ops.cast(scale, self.dtype)
        kl = 0.5 * (loc**2 + (scale - 1.0) * (scale + 1.0)) - ops.log(scale)
        if sample_weight is None:
            weight = ops.ones_like(kl[:, :1])
        else:
            weight = ops.reshape(ops.cast(sample_weight, self.dtype), (-1, 1))
        self.total.assign(self.total + ops.sum(weight * kl, axis=0))
        self.words.assign(self.words + ops.sum(weight))

    def result(self):
        return ops.divide_no_nan(
            ops.convert_to_tensor(self.total), ops.convert_to_tensor(self.words)
        )

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class Rate(RatePerDimension):
    """Mean rate in nats per word, `R = E_x KL(q(z|x) || N(0, I))`.

    Args, call arguments and errors as for `RatePerDimension`.

    Returns:
        A scalar, nats per word; 0 before the first word.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import Rate

    metric = Rate(latent_dim=2)
    metric.update_state(np.array([[2.0, 1.0]]), np.ones((1, 2)))
    assert float(metric.result()) == 2.5
    ```
    """

    def __init__(self, latent_dim, name="rate", **kwargs):
        super().__init__(latent_dim, name=name, **kwargs)

    def result(self):
        return ops.sum(super().result())
