"""How much worse the decoder does with a latent that is not the input's own."""

from collections.abc import Callable

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.chunks import distortions
from keras_vae_collapse.metrics.posterior import posterior_samples
from keras_vae_collapse.metrics.prior import prior_of, prior_samples


def z_gap(
    log_prob: Callable,
    loc: np.ndarray,
    scale: np.ndarray,
    inputs,
    num_permutations: int = 4,
    chunk_size: int = 2048,
    seed: int = 0,
    distribution=None,
):
    """Distortion with `z` permuted over the set minus distortion with the right `z`.

    ```
    E_x E_q [log p(x_i | z_i) - log p(x_i | z_pi(i))],   z_i ~ q(z | x_i),  pi(i) != i
    ```

    in nats per example. 0 when the decoder ignores `z`, whatever the rate.

    Args:
        log_prob: `log_prob(z, inputs) -> (batch,)`, nats per example.
        loc, scale: the Gaussian posterior of each example, `(N, latent)`.
        inputs: an array, or a dictionary of arrays, N examples.
        num_permutations: random derangements averaged over, each with its own samples.
        chunk_size: examples given to `log_prob` at a time.
        seed: a non-negative integer.
        distribution: of posteriors that are no Gaussians, see `metrics.posterior`.

    Returns:
        A float, nats per example.

    Raises:
        ValueError: fewer than two examples, or an argument outside its range.
    """
    return distortion_and_z_gap(
        log_prob, loc, scale, inputs, num_permutations, chunk_size, seed, distribution
    )[1]


def distortion_and_z_gap(
    log_prob,
    loc,
    scale,
    inputs,
    num_permutations=4,
    chunk_size=2048,
    seed=0,
    distribution=None,
):
    """The distortion `E_x E_q[-log p(x | z)]` and `z_gap`, of the same samples; as for `z_gap`."""
    check_integer("num_permutations", num_permutations, low=1)

    def permuted(z, rng):
        return z[derangement(len(z), rng)]

    times = num_permutations
    return _gap(permuted, log_prob, loc, scale, inputs, times, chunk_size, seed, distribution)


def prior_gap(
    log_prob: Callable,
    loc: np.ndarray,
    scale: np.ndarray,
    inputs,
    prior=None,
    num_samples: int = 4,
    chunk_size: int = 2048,
    seed: int = 0,
    distribution=None,
):
    """Distortion with `z` from the prior minus distortion with the right `z`, nats per example.

    Args:
        prior: `None` for the standard normal, a TFP distribution, or a function of the inputs
            that returns one.
        num_samples: draws from the prior, and from the posterior, for each example.
        **others: as for `z_gap`.
    """
    check_integer("num_samples", num_samples, low=1)

    def from_prior(z, rng):
        return prior_samples(prior_of(prior, inputs, z.shape), *z.shape, rng)

    times = num_samples
    return _gap(from_prior, log_prob, loc, scale, inputs, times, chunk_size, seed, distribution)[1]


def _gap(other, log_prob, loc, scale, inputs, times, chunk_size, seed, distribution):
    """Distortion with the right `z`, and how much more it is with another: nats per example."""
    rng = np.random.default_rng(check_integer("seed", seed, low=0))
    rights, gaps = [], []
    for _ in range(times):
        z = posterior_samples(loc, scale, rng, distribution)
        right = distortions(log_prob, z, inputs, chunk_size)
        wrong = distortions(log_prob, other(z, rng), inputs, chunk_size)
        rights.append(np.mean(right))
        gaps.append(np.mean(wrong - right))
    return float(np.mean(rights)), float(np.mean(gaps))


def derangement(size, rng):
    """A random permutation of `size` indices that moves every one of them.

    Raises:
        ValueError: `size` is less than two.
    """
    if size < 2:
        raise ValueError(f"a permutation needs at least two examples. Received: {size}")
    order = rng.permutation(size)
    result = np.empty(size, np.int64)
    result[order] = np.roll(order, 1)  # one cycle through all of them
    return result
