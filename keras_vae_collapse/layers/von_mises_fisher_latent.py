"""Latent layer whose posteriors lie on a sphere."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_positive
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.gaussian_latent import GaussianLatent, LatentDense

tfd = tfp.distributions


class _UniformPrior:
    """The uniform distribution on the sphere, as `MixturePrior` gives its own."""

    def __init__(self, latent_dim):
        self.latent_dim = latent_dim

    def get_config(self):
        return {}  # the layer makes it anew

    def distribution(self):
        return tfd.SphericalUniform(self.latent_dim, dtype=tf.float32)


def von_mises_fisher(loc, scale):
    """The distribution of the directions `loc` and the scales `1 / sqrt(kappa)`, `(N, latent)`."""
    return tfd.VonMisesFisher(loc, scale[..., 0] ** -2.0)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class VonMisesFisherLatent(GaussianLatent):
    """A latent of unit length, around a direction that depends on the input.

    ```
    mu = m / |m|,    m = W_mu h + b_mu
    z ~ vMF(mu, kappa),    q(z|x) proportional to exp(kappa mu . z)  on the unit sphere
    KL(q(z|x) || uniform) = kappa A(kappa) - log 0F1(; latent_dim / 2; kappa^2 / 4)
    ```

    with `A(kappa) = E[mu . z]`, for inputs `h` (Xu & Durrett 2018, "Spherical Latent Spaces for
    Stable Variational Autoencoders", arXiv:1808.10805; Davidson et al. 2018, arXiv:1804.00891).
    `kappa` is fixed and the prior is the uniform distribution on the sphere, so the rate is the
    same number for all inputs, `committed_rate_nats`: there is nothing to collapse to, and nothing
    for an optimizer to do about the rate. Only the rate is held: whether `z` says anything is
    up to the decoder, as `metrics.z_gap` shows.

    In training `z` is a sample, at inference `mu`. Sampler and KL are those of
    `tfp.distributions.VonMisesFisher`, in float32: no draw is NaN, and the KL is right to 0.001
    nats, for `kappa` from 0.001 to 5,000 in 2 to 512 dimensions, where first implementations of
    the method failed (the class's test measures both, the KL up to 500, where float64 ends).

    In place of the posterior's scale, which a Gaussian has, `parameters` gives
    `1 / sqrt(kappa)`, that of `z` across `mu` where `kappa` is large. `posterior` makes the
    distribution of both; pass it to metrics as `distribution`, as they take `loc` and `scale` for a
    Gaussian's otherwise.

    Args:
        latent_dim: dimensions of the space around the sphere, at least 2.
        concentration: `kappa`, greater than 0. For the same rate it grows with `latent_dim`:
            `committed_rate_nats` tells.
        **kwargs: arguments of `GaussianLatent` (`rate_term`, `seed`, `slots`) and of the base
            layer. There is no choice of `prior` and no `initial_scale`.

    Call arguments and shapes are those of `GaussianLatent`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import VonMisesFisherLatent
    from keras_vae_collapse.losses import KLDivergence

    latent = VonMisesFisherLatent(8, concentration=20.0, rate_term=KLDivergence())
    z = latent(np.random.normal(size=(32, 4)), training=True)
    assert np.allclose(np.linalg.norm(z, axis=-1), 1.0, atol=1e-5)
    assert np.isclose(latent.losses[0], latent.committed_rate_nats, atol=1e-4)
    ```
    """

    concentration = Fixed()

    def __init__(self, latent_dim: int, concentration: float, **kwargs):
        super().__init__(latent_dim, **kwargs)
        for name, given, only in (
            ("prior", self.prior, None),
            ("initial_scale", self.initial_scale, 1.0),
        ):
            if given != only:
                raise ValueError(
                    f"a VonMisesFisherLatent has no `{name}`: its prior is uniform, its scale "
                    f"follows from `concentration`. Received: {name}={given!r}"
                )
        if self.latent_dim < 2:
            raise ValueError(
                f"`latent_dim` must be at least 2: a sphere. Received: latent_dim={latent_dim!r}"
            )
        self.concentration = check_positive("concentration", concentration)
        # Past `Fixed`, since it is the class's and not the user's.
        self.__dict__["prior"] = _UniformPrior(self.latent_dim)

    @property
    def committed_rate_nats(self):
        """The rate of every example."""
        direction = tf.one_hot(0, self.latent_dim)[tf.newaxis]
        posterior, prior = self._distributions(direction, self._scale(direction))
        return float(tfd.kl_divergence(posterior, prior)[0])

    def posterior(self, loc, scale):
        """The TFP distribution of `loc` and `scale` as `parameters` gives them."""
        return von_mises_fisher(loc, scale)

    def _make_heads(self, slot_dim):
        self.loc = LatentDense(slot_dim, dtype="float32", name="loc")

    def _heads(self):
        return (self.loc,)

    def _posterior_parameters(self, inputs, training, mask=None):
        (m,) = self._outputs_of_heads(inputs)
        loc = tf.math.l2_normalize(m, axis=-1)
        return loc, self._scale(loc)

    def _scale(self, loc):
        return tf.fill(tf.shape(loc), tf.constant(self.concentration**-0.5, loc.dtype))

    def _sample(self, loc, scale):
        return self.posterior(loc, scale).sample(seed=self.noise.next())

    def _distributions(self, loc, scale, prior_inputs=None):
        if prior_inputs is not None:
            raise ValueError("a VonMisesFisherLatent has a prior without `prior_inputs`")
        return self.posterior(loc, scale), self.prior.distribution()

    def get_config(self):
        config = super().get_config()
        del config["initial_scale"]
        return {**config, "prior": None, "concentration": self.concentration}
