"""Priors over the latent: the standard normal in NumPy, any other as a TFP distribution."""

import numpy as np

_LOG_2PI = float(np.log(2.0 * np.pi))


def check_prior(prior):
    """Returns what may stand for a prior: `None`, a TFP distribution or a function.

    Raises:
        ValueError: it is something else.
    """
    if prior is None or _is_distribution(prior) or _is_function(prior):
        return prior
    raise ValueError(
        "`prior` must be None for the standard normal, a TFP distribution, or a function of the "
        f"inputs that returns one. Received: prior={prior!r}"
    )


def prior_of(prior, inputs, shape):
    """The prior of some rows: `None`, or a TFP distribution that broadcasts to `z`.

    Args:
        prior: see `check_prior`.
        inputs: the rows.
        shape: of `z`, `(rows, latent)`.

    Raises:
        ValueError: it is no distribution, or has another shape.
    """
    found = prior(inputs) if _is_function(check_prior(prior)) else prior
    if found is None:
        return None
    if not _is_distribution(found):
        raise ValueError(f"`prior` must return a TFP distribution. Received: {found!r}")
    own = tuple(found.batch_shape) + tuple(found.event_shape)
    try:
        fits = np.broadcast_shapes(own, shape) == tuple(shape) and own[-1:] in ((), shape[-1:])
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"`prior` must be over z of shape {tuple(shape)}. Received: batch shape "
            f"{tuple(found.batch_shape)} and event shape {tuple(found.event_shape)}"
        )
    return found


def _is_distribution(prior):
    return not isinstance(prior, type) and hasattr(prior, "log_prob") and hasattr(prior, "sample")


def _is_function(prior):
    return callable(prior) and not isinstance(prior, type) and not _is_distribution(prior)


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
            of shape `(latent,)`, of scalars, or of the shape of `z`.
        z: array `(size, latent)`.
    """
    return dimension_log_prob(prior, z).sum(axis=-1)


def prior_samples(prior, size, latent_dim, rng):
    """Draws from the prior, float64 `(size, latent_dim)`; `rng` is a NumPy generator."""
    if prior is None:
        return rng.standard_normal((size, latent_dim))
    seed = rng.integers(2**31 - 1, size=2).astype(np.int32)
    own = tuple(prior.batch_shape) + tuple(prior.event_shape)
    shape = (size, latent_dim)[: 2 - len(own)]  # the axes that the distribution lacks
    drawn = np.asarray(prior.sample(shape, seed=seed), np.float64)
    return np.broadcast_to(drawn, (size, latent_dim))
