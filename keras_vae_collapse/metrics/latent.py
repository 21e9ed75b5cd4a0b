"""All figures about the latent of a model over a set, in one pass."""

from collections.abc import Callable

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.active_units import active_units
from keras_vae_collapse.metrics.chunks import encode_all
from keras_vae_collapse.metrics.gaps import prior_gap, z_gap
from keras_vae_collapse.metrics.importance_weighted_nll import importance_sample
from keras_vae_collapse.metrics.mutual_information import mutual_information
from keras_vae_collapse.metrics.posterior import standardized
from keras_vae_collapse.metrics.prior import prior_of
from keras_vae_collapse.metrics.rate import rate


def distinct_outputs(outputs):
    """The number of different outputs; 1 means one generic answer to everything."""
    return len(set(outputs))


def latent_metrics(
    log_prob: Callable,
    encode: Callable,
    inputs,
    num_samples: int = 500,
    prior=None,
    active_threshold: float = 0.01,
    chunk_size: int = 2048,
    seed: int = 0,
    posterior=None,
    distribution=None,
):
    """Rate, distortion and the other figures about the latent, means over a set.

    Args:
        log_prob: `log_prob(z, inputs) -> (batch,)`, `log p(x | z)` in nats per example; `z` is
            float32 `(batch, latent)`.
        encode: `encode(inputs) -> (loc, scale)` of the Gaussian posterior, each
            `(batch, latent)`.
        inputs: an array, or a dictionary of arrays, with at least two examples along the first
            axis. Sort them by length if that makes `log_prob` faster.
        num_samples: samples of `z` for each example; with 1 the importance-weighted NLL is an
            estimate of the negative ELBO.
        prior: `None` for the standard normal, a TFP distribution, or a function `prior(inputs)`
            that returns one for each example, with a batch `(batch, latent)`, or a batch `(batch,)`
            and an event of `(latent,)`.
        active_threshold: least variance of the posterior mean of an active unit.
        chunk_size: the most examples (each counted once a sample) given to `log_prob` at a
            time; bounds memory.
        seed: a non-negative integer.
        posterior: `(loc, scale)` if it is known already; `encode` is then not called.
        distribution: of posteriors that are no Gaussians: a function of `loc` and `scale`,
            `(N, latent)`, to a TFP distribution with batch shape `(N,)` and events of shape
            `(latent,)`, such as `VonMisesFisherLatent.posterior`. Active units are then those
            whose mean varies by `active_threshold` prior variances.

    Returns:
        A dictionary of numbers, in nats per example where the name ends in `_nats`:
        `rate_nats`, `distortion_nats`, `negative_elbo_nats`, `iw_nll_nats`,
        `mutual_information_nats`, `active_units`, `z_gap_nats`, `prior_gap_nats`, and
        `examples` (their number) and `num_samples`.

    Raises:
        ValueError: an argument lies outside its range, or a callable returns a wrong shape.
    """
    check_integer("num_samples", num_samples, low=1)
    loc, scale = encode_all(encode, inputs) if posterior is None else posterior
    of_rows, options = prior_of(prior, inputs, loc.shape), {"distribution": distribution}
    sample = importance_sample(
        log_prob, loc, scale, inputs, num_samples, prior, chunk_size, seed, **options
    )
    rate_nats = float(rate(loc, scale, of_rows, seed=seed, **options).mean())
    options |= {"chunk_size": chunk_size, "seed": seed}
    distortion_nats = float(sample.distortion.mean())
    return {
        "rate_nats": rate_nats,
        "distortion_nats": distortion_nats,
        "negative_elbo_nats": rate_nats + distortion_nats,
        "iw_nll_nats": float(sample.nll.mean()),
        "mutual_information_nats": mutual_information(
            loc, scale, seed=seed, distribution=distribution
        ),
        "active_units": active_units(standardized(loc, of_rows, distribution), active_threshold),
        "z_gap_nats": z_gap(log_prob, loc, scale, inputs, **options),
        "prior_gap_nats": prior_gap(log_prob, loc, scale, inputs, prior, **options),
        "examples": len(loc),
        "num_samples": num_samples,
    }
