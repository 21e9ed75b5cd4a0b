"""Latent layer with a diagonal Gaussian posterior."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.replica_losses import add_scalar_loss
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.core.shared_parts import deserialize_part, serialize_part, use_part
from keras_vae_collapse.core.softplus import softplus_inverse
from keras_vae_collapse.layers.noise import standard_normal

tfd = tfp.distributions

# Keeps the scale positive where softplus underflows, and log(scale) finite.
MINIMUM_SCALE = 1e-6


class LatentDense(NamedState, keras.layers.Dense):
    """Starts afresh, and says so, where a file has another latent, or none."""


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GaussianLatent(NamedState, keras.layers.Layer):
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

    Inputs with an axis of steps give a latent at each step: the rate of a sequence is the sum
    over its steps, those masked by Keras (or by `mask`) left out.

    With several `slots` the inputs are as many equal parts, and each part is mapped to its own
    part of `z` by the same weights.

    Variants override `_posterior_parameters`.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        rate_term: called as `rate_term(posterior=, prior=, training=)` with TFP
            distributions, returns a scalar in nats per example; where there are any, with
            `sample_weight=` and `mask=` as well. `None` for no rate.
        prior: `None` for the standard normal, or a Keras layer whose method `distribution()`
            returns a TFP distribution with a batch or an event of `latent_dim`, such as
            `MixturePrior`. For a prior `p(z | c)` its method is `distribution(prior_inputs)`.
        seed: a non-negative integer, or `None` for a random one.
        initial_scale: posterior scale before training, greater than 1e-6.
        slots: number of equal parts of the inputs and of `z`, a divisor of `latent_dim`.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        inputs: `(batch, input_dim)`, or `(batch, steps, input_dim)` for a latent at each step.
        prior_inputs: what a conditional prior depends on, any tensor it takes; `None` for a prior
            that depends on nothing.
        sample_weight: `None`, or the weight of each example in the rate, `(batch,)`: an example
            of weight 0 costs nothing.
        mask: `None` for the Keras mask of the inputs, or booleans `(batch, steps)`.
        training: whether the model is being trained.

    Output shape:
        `(batch, latent_dim)`, or `(batch, steps, latent_dim)`.

    Raises:
        ValueError: an argument lies outside its range, `rate_term` cannot be called, `prior`
            has no `distribution`, the last axis of the inputs has no known size, or they are not
            of `slots` equal parts, or there are `prior_inputs` and no prior.

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

    latent_dim, rate_term, prior = Fixed(), Fixed(), Fixed()
    seed, initial_scale, slots = Fixed(), Fixed(), Fixed()

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
        self.supports_masking = True
        self.latent_dim = check_integer("latent_dim", latent_dim, low=1)
        if rate_term is not None and (isinstance(rate_term, type) or not callable(rate_term)):
            raise ValueError(
                "`rate_term` must be None or callable as rate_term(posterior=, prior=, "
                f"training=), an object and not a class. Received: rate_term={rate_term!r}"
            )
        if prior is not None and (
            isinstance(prior, type) or not callable(getattr(prior, "distribution", None))
        ):
            raise ValueError(
                "`prior` must be None or have a method distribution() that returns a TFP "
                f"distribution, an object and not a class. Received: prior={prior!r}"
            )
        self.rate_term = rate_term
        self.prior = prior
        for part in (rate_term, prior):
            use_part(self, part)
        self.seed = check_seed(seed)
        self.noise_seed = seed_in_use(seed)
        self.initial_scale = check_number(
            "initial_scale", initial_scale, low=MINIMUM_SCALE, open_low=True
        )
        self.slots = check_integer("slots", slots, low=1)
        if self.latent_dim % self.slots:
            raise ValueError(
                "`latent_dim` must be a multiple of `slots`. "
                f"Received: latent_dim={latent_dim}, slots={slots}"
            )
        self._make_heads(self.latent_dim // self.slots)

    def _make_heads(self, slot_dim):
        """The layers that the parameters of the posterior come from."""
        self.loc = LatentDense(slot_dim, dtype="float32", name="loc")
        self.raw_scale = LatentDense(
            slot_dim,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(
                softplus_inverse(self.initial_scale - MINIMUM_SCALE)
            ),
            dtype="float32",
            name="raw_scale",
        )

    def _heads(self):
        # No attribute: files name weights by the first attribute that leads to them.
        return self.loc, self.raw_scale

    def build(self, inputs_shape, prior_inputs_shape=None, sample_weight_shape=None):
        size = inputs_shape[-1] if len(inputs_shape) > 1 else None
        if size is None:
            raise ValueError(
                "`inputs` must have shape (batch, input_dim) or (batch, steps, input_dim), with "
                f"input_dim known. Received: shape={tuple(inputs_shape)}"
            )
        if size % self.slots:
            raise ValueError(
                f"`inputs` must be {self.slots} parts of equal size. "
                f"Received: shape={tuple(inputs_shape)}"
            )
        part_shape = (inputs_shape[0], self.slots, size // self.slots)
        for head in self._heads():
            head.build(part_shape)
        # Their weights must be there before an optimizer or a saved file asks for them.
        for part, shape in ((self.rate_term, None), (self.prior, prior_inputs_shape)):
            if isinstance(part, keras.layers.Layer) and not part.built:
                with keras.name_scope(part.name):
                    part.build(shape)
        self.noise = NoiseSeeds(self, self.noise_seed)
        super().build(inputs_shape)

    def call(
        self,
        inputs,
        prior_inputs=None,
        sample_weight=None,
        mask=None,
        training=None,
        return_parameters=False,
    ):
        mask = self._step_mask(inputs, mask)
        # `mask` only where there is one: variants need not take it.
        masked = {} if mask is None else {"mask": mask}
        loc, scale = self._posterior_parameters(inputs, training, **masked)  # (..., latent)
        if return_parameters:
            # One tensor: Keras wants as many outputs of a layer in each of its calls.
            return tf.concat([loc, scale], axis=-1)
        if self.rate_term is not None:
            posterior, prior = self._distributions(loc, scale, prior_inputs)
            weighted = {} if sample_weight is None else {"sample_weight": sample_weight}
            value = self.rate_term(
                posterior=posterior, prior=prior, training=training, **weighted, **masked
            )
            add_scalar_loss(self, value)
        return tf.cast(self._sample(loc, scale) if training else loc, self.compute_dtype)

    def parameters(self, inputs):
        """The posterior's `(loc, scale)`, each float32 of the shape of `z`.

        Of a tensor or an array they are those at inference. Of a `KerasTensor`, in a functional
        model, they are outputs of the layer like `z`: those that the model uses in training
        while it is trained.
        """
        if isinstance(inputs, keras.KerasTensor):
            both = self(inputs, return_parameters=True)
            return both[..., : self.latent_dim], both[..., self.latent_dim :]
        inputs = tf.convert_to_tensor(inputs)
        if not self.built:
            self.build(inputs.shape)
        return self._posterior_parameters(inputs, training=False)

    def distributions(self, inputs, prior_inputs=None, training=None):
        """Posterior and prior as the rate term gets them, TFP distributions.

        For a model that computes its loss of them itself, in place of a call of the layer, which
        adds the rate; see `ImportanceWeightedBound`.
        """
        loc, scale = self._posterior_parameters(inputs, training)
        return self._distributions(loc, scale, prior_inputs)

    def _step_mask(self, inputs, mask):
        """The mask of steps `(batch, steps)`, or of single steps one by one `(batch,)`."""
        mask = getattr(inputs, "_keras_mask", None) if mask is None else mask
        # A mask of steps that lingers on one vector for the whole sequence says nothing here.
        if mask is None or len(mask.shape) != len(inputs.shape) - 1:
            return None
        return mask

    def _posterior_parameters(self, inputs, training, mask=None):
        """Location and scale of the posterior, float32: the one thing that variants change."""
        loc, raw = self._outputs_of_heads(inputs)
        return loc, tf.math.softplus(raw) + MINIMUM_SCALE

    def _outputs_of_heads(self, inputs):
        """What each of `_heads` makes of the inputs, of the shape of `z`."""
        parts = tf.reshape(inputs, (-1, self.slots, self.loc.kernel.shape[0]))
        if inputs.shape.rank == 2:
            shape = (-1, self.latent_dim)
        else:
            shape = tf.concat([tf.shape(inputs)[:-1], [self.latent_dim]], axis=0)
        return [tf.reshape(head(parts), shape) for head in self._heads()]

    def _sample(self, loc, scale):
        return loc + scale * standard_normal(tf.shape(loc), self.noise.next())

    def _distributions(self, loc, scale, prior_inputs=None):
        posterior = tfd.Normal(loc, scale)
        if self.prior is None:
            if prior_inputs is not None:
                raise ValueError(
                    "`prior_inputs` need a `prior` whose distribution(prior_inputs) takes them. "
                    "Received: prior=None"
                )
            return posterior, tfd.Normal(tf.zeros([self.latent_dim]), tf.ones([self.latent_dim]))
        if prior_inputs is None:
            prior = self.prior.distribution()
        else:
            prior = self.prior.distribution(prior_inputs)
        if prior.event_shape.rank == 1:
            # A joint prior has no rate per dimension: the posterior becomes joint as well.
            posterior = tfd.Independent(posterior, reinterpreted_batch_ndims=1)
        return posterior, prior

    def compute_mask(self, inputs, previous_mask):
        return previous_mask if len(inputs.shape) > 2 else None

    def compute_output_shape(self, inputs_shape, prior_inputs_shape=None, sample_weight_shape=None):
        return (*inputs_shape[:-1], self.latent_dim)

    def compute_output_spec(self, inputs, *args, return_parameters=False, **kwargs):
        shape, dtype = self.compute_output_shape(inputs.shape), self.compute_dtype
        if return_parameters:
            shape, dtype = (*shape[:-1], 2 * self.latent_dim), "float32"
        return keras.KerasTensor(shape, dtype=dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "rate_term": serialize_part(self.rate_term),
            "prior": serialize_part(self.prior),
            "seed": self.seed,
            "initial_scale": self.initial_scale,
            "slots": self.slots,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        user = f"{cls.__name__} {config.get('name')!r}"
        for name in ("rate_term", "prior"):
            config[name] = deserialize_part(config.get(name), user, name)
        return cls(**config)
