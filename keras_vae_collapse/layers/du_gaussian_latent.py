"""Latent layer of the VAE with diversity and uncertainty awareness."""

import math

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number, check_weight
from keras_vae_collapse.layers.batch_norm_gaussian_latent import BatchNormGaussianLatent
from keras_vae_collapse.layers.dropout import Dropout


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class DUGaussianLatent(BatchNormGaussianLatent):
    """Gaussian latent whose means are spread out and whose variances have a floor.

    ```
    mu      = gamma_d (m - mean(m)) / sqrt(var(m) + 1e-12) + shift,   rms_d gamma_d = gamma
    sigma^2 = dropout(s^2) + delta / (2 pi e),    s = softplus(W_sigma h + b_sigma) + 1e-6
    ```

    (DU-VAE, Shen et al. 2021, "Regularizing Variational Autoencoder with Diversity and
    Uncertainty Awareness", arXiv:2110.12381.) *Diversity*: as in `BatchNormGaussianLatent` the
    batch mean of the rate against the standard normal cannot fall below `committed_rate_nats`,
    `latent_dim gamma^2 / 2`; but each dimension trains a scale `gamma_d` of its own, and the root
    mean square of them all is set to `gamma` at each step, so that informative dimensions can
    take from others. *Uncertainty*: with variances under a floor, posteriors would shrink to
    points that only the means tell apart. `delta / (2 pi e)` holds the entropy of a dimension at
    no less than `log(delta) / 2`, and the dropout sets variances to the floor at random, so that
    they differ among the inputs.

    Mean and variance over the batch, and the dropout, are those of training; at inference moving
    averages take their place, and nothing is dropped.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        gamma: root mean square of the scales `gamma_d`, greater than 0.
        delta: at least 0; 0 for no floor, which the dropout needs.
        variance_dropout: fraction of the variances that is set to the floor in training, in
            [0, 1). The others are divided by `1 - variance_dropout`.
        **kwargs: arguments of `BatchNormGaussianLatent` (`momentum`, `rate_term`, `prior`,
            `seed`, `initial_scale`) and of the base layer.

    Call arguments and shapes are those of `GaussianLatent`.

    Raises:
        ValueError: an argument lies outside its range, or there is a dropout and no floor.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import DUGaussianLatent
    from keras_vae_collapse.losses import KLDivergence

    latent = DUGaussianLatent(8, gamma=0.5, variance_dropout=0.2, rate_term=KLDivergence())
    latent(np.random.normal(size=(32, 4)), training=True)
    assert latent.losses[0] > 0.99 * latent.committed_rate_nats == 0.99 * 1.0
    ```
    """

    delta = Assignable(check_weight)

    def __init__(
        self,
        latent_dim: int,
        gamma: float = 0.6,
        delta: float = 1.0,
        variance_dropout: float = 0.0,
        **kwargs,
    ):
        super().__init__(latent_dim, gamma, **kwargs)
        self.delta = delta
        rate = check_number("variance_dropout", variance_dropout, 0.0, 1.0, open_high=True)
        if rate and not self.delta:
            raise ValueError(
                "`variance_dropout` must be 0 where `delta` is 0: a variance of 0 has an infinite "
                f"rate. Received: variance_dropout={variance_dropout!r}, delta={delta!r}"
            )
        self.drop = Dropout(rate, seed=self.seed, dtype="float32", name="drop")

    @property
    def variance_dropout(self):
        """Fraction of the variances that is dropped; it can be assigned at any time."""
        return self.drop.rate

    @variance_dropout.setter
    def variance_dropout(self, rate):
        self.drop.rate = check_number("variance_dropout", rate, 0.0, 1.0, open_high=True)

    def build(self, inputs_shape, prior_inputs_shape=None, sample_weight_shape=None):
        self.drop.build((*inputs_shape[:-1], self.latent_dim))
        self.raw_gains = self.add_weight(
            name="raw_gains",
            shape=(self.latent_dim,),
            initializer="ones",
            dtype="float32",
            autocast=False,
        )
        super().build(inputs_shape, prior_inputs_shape, sample_weight_shape)

    def _gains(self):
        g = tf.convert_to_tensor(self.raw_gains)
        return super()._gains() * g * tf.math.rsqrt(tf.reduce_mean(g**2))

    def _posterior_parameters(self, inputs, training, mask=None):
        loc, s = super()._posterior_parameters(inputs, training, mask)
        floor = DUGaussianLatent.delta.tensor(self) / (2.0 * math.pi * math.e)
        return loc, tf.sqrt(self.drop(s**2, training=bool(training)) + floor)

    def get_config(self):
        return {
            **super().get_config(),
            "delta": self.delta,
            "variance_dropout": self.variance_dropout,
        }
