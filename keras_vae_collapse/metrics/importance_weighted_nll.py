"""Importance-weighted negative log-likelihood, and the distortion from the same samples."""

import typing
from collections.abc import Callable

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.chunks import count, encode_all, log_probs, take
from keras_vae_collapse.metrics.posterior import posterior_log_prob, several_samples
from keras_vae_collapse.metrics.prior import gaussian_log_prob, prior_log_prob, prior_of


class ImportanceSample(typing.NamedTuple):
    """What `importance_sample` returns, both float64 `(examples,)` in nats per example."""

    nll: np.ndarray
    distortion: np.ndarray


def importance_weighted_nll(
    log_prob: Callable,
    encode: Callable,
    inputs,
    num_samples: int = 500,
    prior=None,
    chunk_size: int = 2048,
    seed: int = 0,
    distribution=None,
) -> float:
    """The importance-weighted estimate of `-log p(x)`, in nats per example, mean over the set.

    ```
    -[logsumexp_k(log p(x | z_k) + log p(z_k) - log q(z_k | x)) - log K],   z_k ~ q(z | x)
    ```

    (Burda et al. 2015, arXiv:1509.00519; with K = 500 as in He et al. 2019,
    arXiv:1901.05534.) An upper bound of the negative log-likelihood in expectation, never
    above the negative ELBO, and tighter with every sample. `latent_metrics` gives it with the
    other figures.

    Args:
        log_prob: `log_prob(z, inputs) -> (batch,)`, `log p(x | z)` in nats per example; `z` is
            float32 `(batch, latent)`.
        encode: `encode(inputs) -> (loc, scale)` of the Gaussian posterior, each
            `(batch, latent)`.
        inputs: an array, or a dictionary of arrays, with examples along the first axis.
        num_samples: K, a positive integer.
        prior, chunk_size, seed, distribution: as for `latent_metrics`.

    Returns:
        A float, nats per example.

    Raises:
        ValueError: an argument lies outside its range, or a callable returns a wrong shape.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import importance_weighted_nll

    # x = z + noise, z and noise standard normal; the exact posterior is N(x / 2, 1 / 2).
    x = np.array([[0.5], [-1.0]])
    nll = importance_weighted_nll(
        log_prob=lambda z, x: -0.5 * np.sum((x - z) ** 2 + np.log(2 * np.pi), axis=-1),
        encode=lambda x: (x / 2, np.full_like(x, np.sqrt(0.5))),
        inputs=x,
        num_samples=10,
    )
    exact = np.mean(0.5 * (x**2 / 2 + np.log(2 * np.pi * 2)))
    assert abs(nll - exact) < 1e-5
    ```
    """
    loc, scale = encode_all(encode, inputs)
    sample = importance_sample(
        log_prob, loc, scale, inputs, num_samples, prior, chunk_size, seed, distribution
    )
    return float(sample.nll.mean())


def importance_sample(
    log_prob: Callable,
    loc: np.ndarray,
    scale: np.ndarray,
    inputs,
    num_samples: int = 500,
    prior=None,
    chunk_size: int = 2048,
    seed: int = 0,
    distribution=None,
):
    """Importance-weighted NLL and distortion of each example, from the same samples.

    The chunks do not change the result: each example has its own random stream. (Posteriors that
    are no Gaussians are drawn together, and a chunk has a stream.)

    Args:
        loc, scale: the posterior of each example, `(examples, latent)`, e.g. from `encode_all`.
        **others: as for `latent_metrics`.

    Returns:
        An `ImportanceSample`: `nll`, and `distortion`, the mean over K samples of
        `-log p(x | z_k)`.
    """
    num_samples = check_integer("num_samples", num_samples, low=1)
    chunk_size = check_integer("chunk_size", chunk_size, low=1)
    seed = check_integer("seed", seed, low=0)
    size, latent_dim = count(inputs), loc.shape[1]
    examples_at_a_time = max(1, chunk_size // num_samples)
    samples_at_a_time = min(num_samples, chunk_size)
    nll, distortion = np.empty(size), np.empty(size)
    for start in range(0, size, examples_at_a_time):
        examples = np.arange(start, min(start + examples_at_a_time, size))
        streams = [np.random.default_rng((seed, example)) for example in examples]
        log_weight = np.full(len(examples), -np.inf)
        log_p_sum = np.zeros(len(examples))
        for first in range(0, num_samples, samples_at_a_time):
            k = min(samples_at_a_time, num_samples - first)
            shape = (len(examples), k)
            z, log_q_z = _drawn(loc[examples], scale[examples], k, streams, distribution)
            z = z.reshape(-1, latent_dim)  # (examples k, latent)
            rows = take(inputs, np.repeat(examples, k))
            log_p_x = log_probs(log_prob, z, rows).reshape(shape)
            log_p_z = prior_log_prob(prior_of(prior, rows, z.shape), z).reshape(shape)
            log_weights = np.logaddexp.reduce(log_p_x + log_p_z - log_q_z, axis=1)
            log_weight = np.logaddexp(log_weight, log_weights)
            log_p_sum += log_p_x.sum(axis=1)
        nll[examples] = np.log(num_samples) - log_weight
        distortion[examples] = -log_p_sum / num_samples
    return ImportanceSample(nll, distortion)


def _drawn(loc, scale, count, streams, distribution):
    """`z`, `(examples, count, latent)`, and `log q(z|x)`, `(examples, count)`."""
    if distribution is None:
        shape = count, loc.shape[1]
        epsilon = np.stack([stream.standard_normal(shape) for stream in streams])
        log_q_z = gaussian_log_prob(epsilon).sum(-1) - np.log(scale).sum(-1)[:, None]
        return loc[:, None] + scale[:, None] * epsilon, log_q_z
    z = several_samples(loc, scale, count, streams[0], distribution)
    rows = (part.repeat(count, axis=0) for part in (loc, scale))
    log_q_z = posterior_log_prob(z.reshape(-1, loc.shape[1]), *rows, distribution)
    return z, log_q_z.reshape(len(loc), count)
