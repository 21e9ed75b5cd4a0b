"""Latent layer with a committed rate."""

import math

import keras
from scipy.special import lambertw

from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.gaussian_latent import GaussianLatent

# More than any dimension needs; scales stay well above the smallest allowed.
MAXIMUM_NATS_PER_DIM = 10.0


def scale_ceiling(nats):
    """The scale below 1 at which `KL(N(0, scale^2) || N(0, 1))` is `nats`.

    With v = scale^2 that is `v - log v = 2 nats + 1`, or `-v exp(-v) = -exp(-2 nats - 1)`, which
    Lambert's W solves for `-v`.
    """
    # Nearer to 0 nats the argument is rounded past -1/e, where W has no real value.
    nats = max(nats, 1e-12)
    return math.sqrt(-lambertw(-math.exp(-2.0 * nats - 1.0)).real)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class DeltaGaussianLatent(GaussianLatent):
    """Gaussian latent whose family of posteriors keeps its distance from the prior.

    The rate of a posterior `N(mu, sigma^2)` against the standard normal prior is

    ```
    KL = 1/2 (mu^2 + sigma^2 - log sigma^2 - 1)  >=  f(sigma) = 1/2 (sigma^2 - log sigma^2 - 1)
    ```

    for each dimension, and `f` falls on (0, 1). Hence no posterior whose scales stay below
    the root `c < 1` of `f(c) = delta_nats / latent_dim` has a rate below `delta_nats`,
    whatever its mean:

    ```
    sigma = c s / (c + s),    s = softplus(W_sigma h + b_sigma) + 1e-6
    ```

    This is the delta-VAE for a single latent vector: posterior and prior come from families
    of different variance with `min KL = delta` (Razavi et al. 2019, arXiv:1901.03416, who use an
    autoregressive prior where latents form a sequence). The evidence lower bound is not altered.
    Only the rate is committed, `committed_rate_nats`, not the information in it: the decoder may
    still ignore the latent, which `metrics.z_gap` shows.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        delta_nats: committed rate in nats per example, spread evenly over the dimensions; in
            (0, 10 * latent_dim].
        **kwargs: arguments of `GaussianLatent` (`rate_term`, `seed`, `initial_scale`, the `s`
            before training) and of the base layer. The bound is one against the standard
            normal, so there is no choice of `prior`.

    Call arguments, shapes and errors are those of `GaussianLatent`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import DeltaGaussianLatent
    from keras_vae_collapse.losses import KLDivergence

    latent = DeltaGaussianLatent(8, delta_nats=4.0, rate_term=KLDivergence())
    latent(np.zeros((32, 4)))
    assert latent.losses[0] >= 4.0
    ```
    """

    delta_nats = Fixed()

    def __init__(self, latent_dim: int, delta_nats: float, **kwargs):
        super().__init__(latent_dim, **kwargs)
        if self.prior is not None:
            raise ValueError(
                "`prior` must be None: the committed rate is one against the standard normal. "
                f"Received: prior={self.prior!r}"
            )
        self.delta_nats = check_number(
            "delta_nats",
            delta_nats,
            low=0.0,
            high=MAXIMUM_NATS_PER_DIM * self.latent_dim,
            open_low=True,
        )
        # A hair below the root, so that rounding to float32 cannot lift a scale above it.
        self.ceiling = (1.0 - 1e-6) * scale_ceiling(self.delta_nats / self.latent_dim)

    @property
    def committed_rate_nats(self):
        """Lower bound of the rate of every example."""
        return self.delta_nats

    def _posterior_parameters(self, inputs, training, mask=None):
        loc, s = super()._posterior_parameters(inputs, training)
        # c s / (c + s), in a form that an infinite s passes through.
        return loc, 1.0 / (1.0 / self.ceiling + 1.0 / s)

    def get_config(self):
        return {**super().get_config(), "delta_nats": self.delta_nats}
