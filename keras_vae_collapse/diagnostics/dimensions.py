"""The state of every latent dimension: active, too weak or too noisy."""

import dataclasses

import numpy as np

from keras_vae_collapse.metrics import mutual_information, posterior_mean_variance
from keras_vae_collapse.metrics.rate import rate_per_dimension

ACTIVE, TOO_WEAK, TOO_NOISY = "active", "too weak", "too noisy"
STATES = (ACTIVE, TOO_WEAK, TOO_NOISY)

# The table of log densities grows with the square of the rows and is made for each dimension.
_INFORMATION_ROWS = 1000


@dataclasses.dataclass(frozen=True)
class Dimension:
    """One latent dimension `d`, its state and the figures behind it.

    Attributes:
        index: d.
        state: `"active"`, `"too weak"` or `"too noisy"`.
        information_nats: mutual information of `x` and `z_d` alone.
        kl_nats: mean KL of `q(z_d|x)` and the prior, `None` where the prior is joint.
        mean_variance: `Var_x[mu_d]`.
        noise_variance: `E_x[sigma_d^2]`.
        mean, scale: averages over the set of `mu_d` and `sigma_d`.
        scale_variation: standard deviation over the set of `log sigma_d`.
        equals_prior: whether the posterior is the prior for all inputs.
        why: the state in words.
    """

    index: int
    state: str
    information_nats: float
    kl_nats: float | None
    mean_variance: float
    noise_variance: float
    mean: float
    scale: float
    scale_variation: float
    equals_prior: bool
    why: str


def examine_dimensions(loc, scale, thresholds, prior=None, seed=0):
    """The `Dimension` of each column of the posteriors `loc`, `scale` `(N, latent)`.

    A dimension is **active** if it tells something of the input: if its mutual information
    is at least `thresholds.active_information_nats`. For a Gaussian code the information is
    `log(1 + Var_x[mu_d] / E_x[sigma_d^2]) / 2`; measured, it also sees a code in sigma.

    One that is not active is **too noisy** if its mean does move with the input,
    `Var_x[mu_d] >= thresholds.active_variance`, so that the noise must have swamped it; else
    it is **too weak**: neither its mean nor its scale depends on the input, and where the KL
    is below `thresholds.prior_kl_nats` they are the prior's.
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
        kl_nats = None if kl is None else float(kl[:, d].mean())
        equals_prior = kl_nats is not None and kl_nats < thresholds.prior_kl_nats
        if information >= thresholds.active_information_nats:
            state = ACTIVE
            why = f"tells {information:.2f} nats of the input"
        elif variance[d] >= thresholds.active_variance:
            state = TOO_NOISY
            why = (
                f"the mean moves with the input, but under noise of {noise[d] / variance[d]:.3g} "
                "times its variance"
            )
        elif equals_prior:
            state = TOO_WEAK
            why = "the posterior is the prior, whatever the input"
        else:
            state = TOO_WEAK
            why = (
                "the posterior hardly depends on the input; it rests at mean "
                f"{loc[:, d].mean():.2g}, scale {scale[:, d].mean():.2g}"
            )
        dimensions.append(
            Dimension(
                index=d,
                state=state,
                information_nats=information,
                kl_nats=kl_nats,
                mean_variance=float(variance[d]),
                noise_variance=float(noise[d]),
                mean=float(loc[:, d].mean()),
                scale=float(scale[:, d].mean()),
                scale_variation=float(np.log(scale[:, d]).std()),
                equals_prior=equals_prior,
                why=why,
            )
        )
    return dimensions
