"""Latent layer with a diagonal Gaussian posterior."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed
from keras_vae_collapse.core.softplus import softplus_inverse
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.noise import standard_normal

tfd = tfp.distributions

# Keeps the scale positive where softplus underflows, and log(scale) finite.
MINIMUM_SCALE = 1e-6


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GaussianLatent(keras.layers.Layer):
    """Maps inputs to a Gaussian posterior, samples from it, and adds the rate as a loss.

    ```
    mu    = W_mu h + b_mu
    sigma = softplus(W_sigma h + b_sigma) + 1e-6
    z     = mu + sigma * epsilon,    epsilon ~ N(0, I)
    loss += rate_term(posterior=N(mu, sigma^2), prior=p)
    ```

    for inputs `h` (Kingma & Welling 2014, arXiv:1312.6114). In training `z` is a sample, at
    inference it is `mu`. The loss is added in both, with any rate term of
    `keras_vae_collapse.losses`. Parameters, rate and noise are computed in float32 whatever the
    precision policy; only `z` has the compute type of the layer.

    Before training `W_sigma` is zero, so that `sigma` is `initial_scale` for every input.

    With several `slots` the inputs are as many equal parts, and each part is mapped to its own
    part of `z` by the same weights.

    Variants override `_posterior_parameters`.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        rate_term: called as `rate_term(posterior=, prior=, training=)` with TFP
            distributions, returns a scalar in nats per example. `None` for no rate.
        prior: `None` for the standard normal, or a Keras layer whose method `distribution()`
            returns a TFP distribution with a batch or an event of `latent_dim`, such as
            `MixturePrior`.
        seed: a non-negative integer, or `None` for a random one.
        initial_scale: posterior scale before training, greater than 1e-6.
        slots: number of equal parts of the inputs and of `z`, a divisor of `latent_dim`.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        inputs: `(batch, input_dim)`.
        training: whether the model is being trained.

    Output shape:
        `(batch, latent_dim)`.

    Raises:
        ValueError: an argument lies outside its range, `rate_term` cannot be called, `prior`
            has no `distribution`, or the inputs are not of rank 2 or not of `slots` equal parts.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import GaussianNLL, KLDivergence

    inputs = keras.Input((8,))
    z = GaussianLatent(latent_dim=2, rate_term=KLDivergence())(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(z))
    model.compile("adam", GaussianNLL())
    model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0)
    ```
    """

    def __init__(
        self,
        latent_dim: int,
        rate_term=None,
        prior=None,
        seed: int | None = None,
        initial_scale: float = 1.0,
        slots: int = 1,
        **kwargs,
    ):
        # Inputs arrive as they are: a detour through half precision would round the rate.
        super().__init__(autocast=False, **kwargs)
        self.latent_dim = check_integer("latent_dim", latent_dim, low=1)
        if rate_term is not None and not callable(rate_term):
            raise ValueError(
                "`rate_term` must be None or callable as rate_term(posterior=, prior=, "
                f"training=). Received: rate_term={rate_term!r}"
            )
        if prior is not None and not callable(getattr(prior, "distribution", None)):
            raise ValueError(
                "`prior` must be None or have a method distribution() that returns a TFP "
                f"distribution. Received: prior={prior!r}"
            )
        self.rate_term = rate_term
        self.prior = prior
        check_seed(seed)
        self.seed = seed
        self.initial_scale = check_number(
            "initial_scale", initial_scale, low=MINIMUM_SCALE, open_low=True
        )
        self.slots = check_integer("slots", slots, low=1)
        if self.latent_dim % self.slots:
            raise ValueError(
                "`latent_dim` must be a multiple of `slots`. "
                f"Received: latent_dim={latent_dim}, slots={slots}"
            )
        slot_dim = self.latent_dim // self.slots
        self.loc = keras.layers.Dense(slot_dim, dtype="float32", name="loc")
        self.raw_scale = keras.layers.Dense(
            slot_dim,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(
                softplus_inverse(self.initial_scale - MINIMUM_SCALE)
            ),
            dtype="float32",
            name="raw_scale",
        )

    def build(self, input_shape):
        check_shape("inputs", input_shape, "batch", "input_dim")
        if input_shape[-1] % self.slots:
            raise ValueError(
                f"`inputs` must be {self.slots} parts of equal size. "
                f"Received: shape={tuple(input_shape)}"
            )
        part_shape = (input_shape[0], self.slots, input_shape[-1] // self.slots)
        self.loc.build(part_shape)
        self.raw_scale.build(part_shape)
        # Their weights must be there before an optimizer or a saved file asks for them.
        for part in (self.rate_term, self.prior):
            if isinstance(part, keras.layers.Layer) and not part.built:
                part.build(None)
        self.noise = NoiseSeeds(self, self.seed)
        super().build(input_shape)

    def call(self, inputs, training=None):
        loc, scale = self._posterior_parameters(inputs, training)  # (batch, latent)
        if self.rate_term is not None:
            posterior, prior = self._distributions(loc, scale)
            self.add_loss(self.rate_term(posterior=posterior, prior=prior, training=training))
        return tf.cast(self._sample(loc, scale) if training else loc, self.compute_dtype)

    def parameters(self, inputs):
        """The posterior's `(loc, scale)`, each float32 `(batch, latent_dim)`, at inference."""
        inputs = tf.convert_to_tensor(inputs)
        if not self.built:
            self.build(inputs.shape)
        return self._posterior_parameters(inputs, training=False)

    def _posterior_parameters(self, inputs, training):
        """Location and scale of the posterior, float32: the one thing that variants change."""
        parts = tf.reshape(inputs, (-1, self.slots, self.loc.kernel.shape[0]))
        loc, raw = (
            tf.reshape(dense(parts), (-1, self.latent_dim)) for dense in (self.loc, self.raw_scale)
        )
        return loc, tf.math.softplus(raw) + MINIMUM_SCALE

    def _sample(self, loc, scale):
        return loc + scale * standard_normal(tf.shape(loc), self.noise.next())

    def _distributions(self, loc, scale):
        posterior = tfd.Normal(loc, scale)
        if self.prior is None:
            return posterior, tfd.Normal(tf.zeros([self.latent_dim]), tf.ones([self.latent_dim]))
        prior = self.prior.distribution()
        if prior.event_shape.rank == 1:
            # A joint prior has no rate per dimension: the posterior becomes joint as well.
            posterior = tfd.Independent(posterior, reinterpreted_batch_ndims=1)
        return posterior, prior

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.latent_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "rate_term": keras.saving.serialize_keras_object(self.rate_term),
            "prior": keras.saving.serialize_keras_object(self.prior),
            "seed": self.seed,
            "initial_scale": self.initial_scale,
            "slots": self.slots,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("rate_term", "prior"):
            config[name] = keras.saving.deserialize_keras_object(config.get(name))
        return cls(**config)
