"""The rate, KL(q(z|x) || p(z)), of each example and of each latent dimension."""

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.losses.kl_per_dimension import kl_per_dimension
from keras_vae_collapse.metrics.posterior import posterior_of
from keras_vae_collapse.metrics.prior import dimension_log_prob, gaussian_log_prob


def rate_per_dimension(
    loc: np.ndarray, scale: np.ndarray, prior=None, num_samples: int = 16, seed: int = 0
):
    """KL(q(z_d|x) || p(z_d)) of each example and dimension, nats, float64 `(N, latent)`.

    For the standard normal the closed form

    ```
    KL_d = (mu_d^2 + sigma_d^2 - 1) / 2 - log sigma_d
    ```

    else an unbiased Monte-Carlo estimate, the mean of `log q(z_k|x) - log p(z_k)` over samples
    of the posterior.

    Args:
        loc, scale: the Gaussian posterior of each example, `(N, latent)`.
        prior: `None` for the standard normal, or a TFP distribution of scalars.
        num_samples: samples for each example, where there is no closed form.
        seed: a non-negative integer.

    Returns:
        The array, or `None` where the prior is one of vectors: then dimensions have no rate
        of their own.
    """
    joint = prior is not None and prior.event_shape.rank
    return None if joint else _kl(loc, scale, prior, num_samples, seed)


def rate(
    loc: np.ndarray,
    scale: np.ndarray,
    prior=None,
    num_samples: int = 16,
    seed: int = 0,
    distribution=None,
):
    """KL(q(z|x) || p(z)) of each example, in nats, float64 `(N,)`.

    Args:
        prior: `None` for the standard normal, or a TFP distribution, of scalars or vectors.
        distribution: of posteriors that are no Gaussians, see `metrics.posterior`; the rate has
            its closed form where TFP registers one.
        **others: as for `rate_per_dimension`.
    """
    if distribution is not None:
        if prior is None:
            prior = tfp.distributions.Normal(tf.zeros(loc.shape[1:]), 1.0)
        posterior = posterior_of(loc, scale, distribution)
        kl = kl_per_dimension(posterior, prior, lambda: tf.constant([0, seed]), num_samples)
        return np.asarray(kl, np.float64).sum(axis=-1)
    return _kl(loc, scale, prior, num_samples, seed).sum(axis=-1)


def _kl(loc, scale, prior, num_samples, seed):
    """`(N, latent)`, or `(N, 1)` for a prior of vectors."""
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    if prior is None:
        return 0.5 * (loc**2 + (scale - 1.0) * (scale + 1.0)) - np.log(scale)
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
