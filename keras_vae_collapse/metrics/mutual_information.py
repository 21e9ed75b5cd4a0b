"""Mutual information of the input and the latent under the posterior."""

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.posterior import posterior_of, posterior_samples

# Entries of the (samples, components) table of log densities held at a time: 32 MB.
_TABLE_ENTRIES = 4_000_000


def mutual_information(
    loc: np.ndarray, scale: np.ndarray, num_samples: int = 4, seed: int = 0, distribution=None
):
    """Mutual information of `x` and `z`, in nats, estimated over a set of posteriors.

    ```
    I = E_x KL(q(z|x) || p) - KL(q(z) || p) = E_x E_q(z|x) [log q(z|x) - log q(z)],
    q(z) = 1/N sum_n q(z | x_n)
    ```

    (Hoffman & Johnson 2016; the metric of He et al. 2019, arXiv:1901.05534.) Both terms are
    estimated from the same samples, so the prior cancels. It is an estimate: never above
    `log N`, so a set of N examples cannot show more, and possibly slightly negative near zero.

    Args:
        loc, scale: the Gaussian posterior of each of N inputs, `(N, latent)`.
        num_samples: samples of `z` for each input, a positive integer.
        seed: a non-negative integer.
        distribution: of posteriors that are no Gaussians, see `metrics.posterior`.

    Returns:
        A float, in nats.

    Raises:
        ValueError: an argument lies outside its range, or the shapes differ.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import mutual_information

    # Three inputs with posteriors far apart: z tells which it was.
    information = mutual_information(np.array([[-9.0], [0.0], [9.0]]), np.ones((3, 1)))
    assert abs(information - np.log(3)) < 0.01
    ```
    """
    num_samples = check_integer("num_samples", num_samples, low=1)
    rng = np.random.default_rng(check_integer("seed", seed, low=0))
    loc, scale = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    if loc.ndim != 2 or loc.shape != scale.shape or not len(loc):
        raise ValueError(
            "`loc` and `scale` must have one shape (N, latent), N at least 1. "
            f"Received shapes: {loc.shape} and {scale.shape}"
        )
    if distribution is not None:
        return _of_any(loc, scale, num_samples, rng, distribution)
    # Centred, so that the expanded square below does not lose digits to a common offset.
    loc = loc - loc.mean(axis=0)
    precision = scale**-2.0
    log_norm = np.log(scale).sum(axis=1)  # the 2 pi cancels as well
    offset = 0.5 * np.sum(loc**2 * precision, axis=1) + log_norm  # (N,)
    chunk = max(1, _TABLE_ENTRIES // len(loc))
    total = 0.0
    for _ in range(num_samples):
        for start in range(0, len(loc), chunk):
            rows = slice(start, start + chunk)
            epsilon = rng.standard_normal(loc[rows].shape)
            z = loc[rows] + scale[rows] * epsilon
            # log q(z_i | x_n) up to the constant, as matrix products: (chunk, N).
            table = z @ (loc * precision).T - 0.5 * (z**2 @ precision.T) - offset
            own = -0.5 * np.sum(epsilon**2, axis=1) - log_norm[rows]
            total += np.sum(own - _logsumexp(table) + np.log(len(loc)))
    return float(total / (num_samples * len(loc)))


def _of_any(loc, scale, num_samples, rng, distribution):
    posteriors = posterior_of(loc, scale, distribution)
    chunk = max(1, _TABLE_ENTRIES // loc.size)
    total = 0.0
    for _ in range(num_samples):
        z = posterior_samples(loc, scale, rng, distribution)
        for start in range(0, len(loc), chunk):
            rows = np.arange(start, min(start + chunk, len(loc)))
            # log q(z_i | x_n), (chunk, N)
            table = np.array(posteriors.log_prob(z[rows, np.newaxis]), np.float64)
            own = table[np.arange(len(rows)), rows]
            total += np.sum(own - _logsumexp(table) + np.log(len(loc)))
    return float(total / (num_samples * len(loc)))


def _logsumexp(table):
    # In place: the table is the only large array.
    top = table.max(axis=1, keepdims=True)
    table -= top
    np.exp(table, out=table)
    return top[:, 0] + np.log(table.sum(axis=1))
