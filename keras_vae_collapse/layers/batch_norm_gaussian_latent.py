"""Latent layer of the batch-normalised VAE."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number, check_positive
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.layers.gaussian_latent import GaussianLatent

# With the usual 1e-5 Adam shrinks the means until epsilon outweighs their variance, and the rate
# escapes its bound: 3e-8 and 1.9 nats instead of 40 after one epoch of Turkish reinflection.
EPSILON = 1e-12


class _Normalization(NamedState, keras.layers.BatchNormalization):
    """Batch normalisation that starts afresh where a file of another latent does not have it."""


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class BatchNormGaussianLatent(GaussianLatent):
    """Gaussian latent whose posterior means are normalised over the batch.

    ```
    mu = gamma (m - mean(m)) / sqrt(var(m) + 1e-12) + shift,    m = W_mu h
    ```

    with mean and variance over the (global) batch, for each dimension; `gamma` is fixed, the
    shift is trained (Zhu et al. 2020, "A Batch Normalized Inference Network Keeps the KL
    Vanishing Away", arXiv:2004.12585). Against the standard normal prior

    ```
    E[KL] = 1/2 sum_d (E[mu_d^2] + E[sigma_d^2 - log sigma_d^2 - 1])
          >= 1/2 sum_d E[mu_d^2]  =  1/2 sum_d (gamma^2 + shift_d^2)  >=  latent_dim gamma^2 / 2
    ```

    since `s - log s >= 1`: the batch mean of the rate cannot vanish. The bound is
    `committed_rate_nats`; it is exact up to the factor `var / (var + 1e-12)`, and holds for
    training batches of at least two different examples. At inference moving averages of mean
    and variance take the place of those of the batch. They belong to the weights that were
    trained: call `adapt` where other weights have taken their place, such as the averages of an
    optimizer with `use_ema`, which make a smaller variance and so fall below the bound.

    Under a distribution strategy the statistics are those of the global batch.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        gamma: standard deviation of the posterior means over a batch, greater than 0. The
            authors use 0.3 to 0.7 on text.
        momentum: momentum of the moving averages, in [0, 1).
        **kwargs: arguments of `GaussianLatent` (`rate_term`, `prior`, `seed`,
            `initial_scale`) and of the base layer.

    Call arguments, shapes and errors are those of `GaussianLatent`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import BatchNormGaussianLatent
    from keras_vae_collapse.losses import KLDivergence

    latent = BatchNormGaussianLatent(8, gamma=0.5, rate_term=KLDivergence())
    latent(np.random.normal(size=(32, 4)), training=True)
    assert latent.losses[0] > 0.99 * latent.committed_rate_nats == 0.99 * 1.0
    ```
    """

    gamma = Assignable(check_positive)
    momentum = Fixed()

    def __init__(self, latent_dim: int, gamma: float = 0.6, momentum: float = 0.9, **kwargs):
        super().__init__(latent_dim, **kwargs)
        self.gamma = gamma
        self.momentum = check_number("momentum", momentum, 0.0, 1.0, open_high=True)
        # In float64: the synchronised variance is E[m^2] - E[m]^2, whose digits cancel in float32
        # (weights of two replicas off by 1.5e-5 from those of one after a few steps).
        self.normalize = _Normalization(
            momentum=self.momentum,
            epsilon=EPSILON,
            center=False,
            scale=False,
            synchronized=True,
            dtype="float64",
            name="normalize",
        )

    @property
    def committed_rate_nats(self):
        """Lower bound of the batch mean of the rate against the standard normal prior."""
        return self.latent_dim * self.gamma**2 / 2

    def build(self, inputs_shape, prior_inputs_shape=None, sample_weight_shape=None):
        self.normalize.build((*inputs_shape[:-1], self.latent_dim))
        self.shift = self.add_weight(
            name="shift",
            shape=(self.latent_dim,),
            initializer="zeros",
            dtype="float32",
            autocast=False,
        )
        super().build(inputs_shape, prior_inputs_shape, sample_weight_shape)

    def adapt(self, loc):
        """Sets the moving averages to mean and variance of `m` over many examples.

        Args:
            loc: posterior means of the examples at inference, `(examples, latent_dim)`, as the
                layer makes them now. The next ones have the mean `shift` and the standard
                deviation `gamma` over these examples.

        Raises:
            ValueError: `loc` has another shape, or fewer than two examples.
        """
        loc = np.asarray(loc, "float64")
        if loc.ndim != 2 or loc.shape[1] != self.latent_dim or len(loc) < 2:
            raise ValueError(
                f"`loc` must have shape (examples, {self.latent_dim}), of two examples at least. "
                f"Received: shape={loc.shape}"
            )
        normalize = self.normalize
        variance = ops.convert_to_numpy(normalize.moving_variance).astype("float64") + EPSILON
        gains = ops.convert_to_numpy(self._gains()).astype("float64")
        normal = (loc - ops.convert_to_numpy(self.shift)) / gains
        normalize.moving_mean.assign(
            ops.convert_to_numpy(normalize.moving_mean) + np.sqrt(variance) * normal.mean(axis=0)
        )
        normalize.moving_variance.assign(variance * normal.var(axis=0))

    def _posterior_parameters(self, inputs, training, mask=None):
        m, scale = super()._posterior_parameters(inputs, training)
        normal = ops.cast(self.normalize(m, training=bool(training), mask=mask), m.dtype)
        return self._gains() * normal + self.shift, scale

    def _gains(self):
        """What the normalised means are multiplied by, a scalar or `(latent_dim,)`."""
        return BatchNormGaussianLatent.gamma.tensor(self)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "momentum": self.momentum}
