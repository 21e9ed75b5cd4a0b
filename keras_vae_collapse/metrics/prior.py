"""Priors over the latent: the standard normal in NumPy, any other as a TFP distribution."""

import numpy as np

_LOG_2PI = float(np.log(2.0 * np.pi))


def gaussian_log_prob(z):
    """`log N(z; 0, 1)` of each entry."""
    return -0.5 * (z**2 + _LOG_2PI)


def dimension_log_prob(prior, z):
    """`log p(z_d)` of latents `(size, latent)`; for a prior of vectors `log p(z)`, `(size, 1)`."""
    if prior is None:
        return gaussian_log_prob(z)
    values = np.asarray(prior.log_prob(z.astype(prior.dtype.as_numpy_dtype)), np.float64)
    return values if values.ndim == 2 else values[:, None]


def prior_log_prob(prior, z):
    """`log p(z)` in nats of latents `(size, latent)`, float64 `(size,)`.

    Args:
        prior: `None` for the standard normal, or a TFP distribution with a batch or an event
            of shape `(latent,)`, or of scalars.
        z: array `(size, latent)`.
    """
    return dimension_log_prob(prior, z).sum(axis=-1)


def prior_samples(prior, size, latent_dim, rng):
    """Draws from the prior, float64 `(size, latent_dim)`; `rng` is a NumPy generator."""
    if prior is None:
        return rng.standard_normal((size, latent_dim))
    seed = rng.integers(2**31 - 1, size=2).astype(np.int32)
    scalar = prior.batch_shape.rank == 0 and prior.event_shape.rank == 0
    shape = (size, latent_dim) if scalar else (size,)
    return np.asarray(prior.sample(shape, seed=seed), np.float64)
