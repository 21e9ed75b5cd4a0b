"""The state of every latent dimension: active, inactive or noisy."""

import dataclasses

import numpy as np
import tensorflow as tf

from keras_vae_collapse.metrics import mutual_information, posterior_mean_variance
from keras_vae_collapse.metrics.posterior import standardized
from keras_vae_collapse.metrics.rate import rate_per_dimension

ACTIVE, INACTIVE, NOISY = "active", "inactive", "noisy"
STATES = (ACTIVE, INACTIVE, NOISY)

# The table of log densities grows with the square of the rows and is made for each dimension.
_INFORMATION_ROWS = 1000


@dataclasses.dataclass(frozen=True)
class Dimension:
    """One latent dimension `d`, its state and the figures behind it.

    Attributes:
        index: d.
        state: `"active"`, `"inactive"` or `"noisy"`, see `examine_dimensions`.
        information_nats: mutual information of `x` and `z_d` alone.
        kl_nats: mean KL of `q(z_d|x)` and the prior, `None` where the prior is joint.
        mean_variance: `Var_x[mu_d]`.
        noise_variance: `E_x[sigma_d^2]`.
        mean, scale: averages over the set of `mu_d` and `sigma_d`.
        equals_prior: whether the posterior is the prior for all inputs.
        why: the reason for the state, a clause.
    """

    index: int
    state: str
    information_nats: float
    kl_nats: float | None
    mean_variance: float
    noise_variance: float
    mean: float
    scale: float
    equals_prior: bool
    why: str


def count_states(dimensions):
    """`{state: number of dimensions}`."""
    return {state: sum(d.state == state for d in dimensions) for state in STATES}


def moments_of(loc, scale, prior, distribution=None):
    """Mean and standard deviation of each dimension of the posteriors, `(N, latent)`.

    Of Gaussians they are `loc` and `scale`. Those of another family are in units of the prior's
    standard deviations, as a standard normal has them: a coordinate of a vector on the sphere is
    then looked at as a Gaussian of the same moments.
    """
    if distribution is None:
        return loc, scale
    # In float32: not every covariance of TFP is there in float64.
    posterior = distribution(*(tf.constant(part, tf.float32) for part in (loc, scale)))
    variance = np.diagonal(np.asarray(posterior.covariance(), np.float64), axis1=-2, axis2=-1)
    mean, deviation = np.asarray(posterior.mean(), np.float64), np.sqrt(np.maximum(variance, 1e-12))
    return standardized(mean, prior, distribution), standardized(deviation, prior, distribution)


def examine_dimensions(loc, scale, thresholds, prior=None, seed=0):
    """The `Dimension` of each column of the posteriors `loc`, `scale` `(N, latent)`.

    A dimension is **active** if it carries information about the input: if its mutual
    information is at least `thresholds.active_information_nats`. For a Gaussian code the
    information is `log(1 + Var_x[mu_d] / E_x[sigma_d^2]) / 2`; the estimate also sees a code in
    sigma.

    One that is not active is **noisy** if its mean does depend on the input,
    `Var_x[mu_d] >= thresholds.active_variance`: the signal-to-noise ratio is low. Else it is
    **inactive**: neither its mean nor its scale depends on the input, and where the KL is below
    `thresholds.prior_kl_nats` they are the prior's.
    """
    variance = posterior_mean_variance(loc)
    noise = np.mean(scale**2, axis=0)
    kl = rate_per_dimension(loc, scale, prior, seed=seed)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(loc))[:_INFORMATION_ROWS]
    dimensions = []
    for d in range(loc.shape[1]):
        column = (rows, slice(d, d + 1))
        information = mutual_information(loc[column], scale[column], num_samples=2, seed=seed)
        mean, mean_scale = float(loc[:, d].mean()), float(scale[:, d].mean())
        kl_nats = None if kl is None else float(kl[:, d].mean())
        equals_prior = kl_nats is not None and kl_nats < thresholds.prior_kl_nats
        if information >= thresholds.active_information_nats:
            state, why = ACTIVE, f"carries {information:.2f} nats about the input"
        elif variance[d] >= thresholds.active_variance:
            state = NOISY
            why = (
                "the mean depends on the input, but the noise has "
                f"{noise[d] / variance[d]:.3g} times its variance"
            )
        elif equals_prior:
            state, why = INACTIVE, "the posterior is the prior for every input"
        else:
            state = INACTIVE
            why = (
                f"the posterior hardly depends on the input: mean {mean:.2g}, scale "
                f"{mean_scale:.2g}"
            )
        dimensions.append(
            Dimension(
                index=d,
                state=state,
                information_nats=information,
                kl_nats=kl_nats,
                mean_variance=float(variance[d]),
                noise_variance=float(noise[d]),
                mean=mean,
                scale=mean_scale,
                equals_prior=equals_prior,
                why=why,
            )
        )
    return dimensions
