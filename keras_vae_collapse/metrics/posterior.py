"""Posteriors of many examples: Gaussian ones in NumPy, any other as a TFP distribution.

`distribution` is `None` for Gaussians, else a function that takes `loc` and `scale`, `(N, latent)`,
to a TFP distribution with batch shape `(N,)` and events of shape `(latent,)`.
"""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.metrics.prior import gaussian_log_prob


def posterior_samples(loc, scale, rng, distribution=None):
    """A draw of each posterior, float64 `(N, latent)`; `rng` is a NumPy generator."""
    if distribution is None:
        return loc + scale * rng.standard_normal(loc.shape)
    return several_samples(loc, scale, 1, rng, distribution)[:, 0]


def several_samples(loc, scale, count, rng, distribution):
    """`count` draws of each posterior that is no Gaussian, float64 `(N, count, latent)`."""
    seed = rng.integers(2**31 - 1, size=2).astype(np.int32)
    drawn = posterior_of(loc, scale, distribution).sample(count, seed=seed)
    return np.asarray(drawn, np.float64).swapaxes(0, 1)


def posterior_of(loc, scale, distribution):
    """The TFP distribution of posteriors that are no Gaussians.

    Raises:
        ValueError: it has another shape.
    """
    loc, scale = (tf.constant(part, tf.float64) for part in (loc, scale))
    found = distribution(loc, scale)
    if tuple(found.batch_shape) != loc.shape[:-1] or found.event_shape != loc.shape[-1:]:
        raise ValueError(
            f"`distribution` must return batch shape {tuple(loc.shape[:-1])} and event shape "
            f"{tuple(loc.shape[-1:])}. Received: {found!r}"
        )
    return found


def standardized(loc, prior, distribution=None):
    """Posterior means in units of the prior's standard deviations, as a standard normal has them.

    Of Gaussian posteriors they are as they are, whatever the prior.
    """
    if distribution is None:
        return loc
    if prior is None:
        return np.asarray(loc)
    return np.asarray(loc) / np.sqrt(np.diag(np.asarray(prior.covariance(), np.float64)))


def posterior_log_prob(z, loc, scale, distribution=None):
    """`log q(z_n|x_n)` of latents `(N, latent)`, float64 `(N,)`."""
    if distribution is None:
        return gaussian_log_prob((z - loc) / scale).sum(-1) - np.log(scale).sum(-1)
    return np.asarray(posterior_of(loc, scale, distribution).log_prob(z), np.float64)
