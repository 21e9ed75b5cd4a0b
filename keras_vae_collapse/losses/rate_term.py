"""Base class of all rate terms."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_choice, check_flag, check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.replica_losses import keep_losses_per_replica
from keras_vae_collapse.core.replicas import global_batch_mean
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.losses.calls_of_batch import CallsOfBatch
from keras_vae_collapse.losses.figures import Figure, NegativeELBO, set_up_figures
from keras_vae_collapse.losses.kl_per_dimension import (
    kl_per_dimension,
    latent_size,
    sum_over_steps,
)
from keras_vae_collapse.losses.loops import refuse_loops


class RateTerm(NamedState, keras.layers.Layer):
    """A penalty on the rate `R = KL(q(z|x) || p(z))`, ready for `add_loss`.

    A rate term takes the posterior and the prior as TensorFlow Probability distributions,
    computes their KL for each example and latent dimension, and turns it into a scalar in the one
    method that variants override, `penalty`. The KL has its closed form where TFP registers
    one, else an unbiased Monte-Carlo estimate (with the score function where the posterior is
    not reparameterised).

    Everything is computed in float32, whatever the precision policy and the type of the
    distributions. The scalar is a mean over the global batch: every replica has the same value,
    and the gradient of its own examples, so that non-linear penalties (a floor on the batch
    mean, a constraint) train as on one device.

    `fit` and `evaluate` log the means of `rate` and `penalty`, in nats per example, and of
    whatever a variant names in `logs`. Where a model has several rate terms, the name of each
    comes first: `KLDivergence(name="kl_top")` logs `kl_top_rate`. A compiled model also logs
    `negative_elbo`, `loss - penalty + rate` over all its rate terms: the figure to monitor
    (`val_negative_elbo`, with `mode="min"`, for early stopping) while a weight is annealed, since
    `loss` rises with the weight.

    A term may be called more than once in a batch, by two latents, for two inputs, or at each of
    many time steps: the rate is the sum over the calls, the penalties add up to the penalty of
    that sum, and state moves on once. In eager mode the calls of a batch are those within one
    call of the outermost layer.

    A saved model keeps one term of two latents shared. `keras.models.clone_model` copies layer by
    layer: there each latent gets a term of its own, and a warning says so.

    State is saved under its name. Where a file of weights is loaded whose term is of another
    class, or belongs to a latent of another class in a functional model, it starts afresh, and
    one line of the log says so.

    Numbers that a variant takes as options can be assigned at any time, by a callback for
    instance, and count from the next step; all others are fixed.

    Args:
        num_samples: samples for each example where there is no closed form, a positive integer.
        seed: seed of those samples, a non-negative integer, or `None` for a random one.
        dtype: float32, and no other.
        **kwargs: base layer arguments, such as `name`.

    Call arguments, given by name:
        posterior: `q(z|x)`, a TFP distribution of scalars with batch shape `(batch, latent)`
            or of vectors with batch shape `(batch,)`; for a latent at each step
            `(batch, steps, latent)` or `(batch, steps)`, whose KL is summed over the steps.
        prior: `p(z)`, a TFP distribution that broadcasts to the posterior. Where a
            distribution of vectors is made of independent dimensions (`tfd.Independent`,
            `tfd.MultivariateNormalDiag`, `tfd.Sample`) the KL stays one per dimension; other
            vectors (a mixture, a von Mises-Fisher) have one joint KL.
        training: whether state (a step, a multiplier) moves on after the call.
        sample_weight: `None`, or a weight for each example, `(batch,)`; 0 for padding.
        mask: `None`, or booleans `(batch, steps)`: steps that are `False` cost nothing.

    Output shape:
        A scalar of Keras's `floatx`, nats per example.

    Raises:
        ValueError: an argument lies outside its range, `posterior` and `prior` are not TFP
            distributions, have the wrong rank or do not broadcast, a variant needs one KL per
            dimension and the distributions have only a joint one, or the term is called in a
            loop of the graph (an RNN that is not unrolled).

    Example, a variant that takes the square of the rate:

    ```python
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import RateTerm

    class SquaredRate(RateTerm):
        def penalty(self, kl, mean, training):
            return mean(tf.reduce_sum(kl, axis=-1)) ** 2

    q = tfp.distributions.Normal(tf.ones([8, 2]), tf.ones([8, 2]))
    p = tfp.distributions.Normal(0.0, 1.0)
    assert SquaredRate()(posterior=q, prior=p) == 1.0
    ```
    """

    logs: tuple[str, ...] = ()

    # While an encoder is pretrained the penalty is 0 and no state moves; the rate is logged.
    pretraining = Assignable(check_flag)
    num_samples, seed = Fixed(), Fixed()

    def __init__(self, num_samples: int = 1, seed: int | None = None, dtype="float32", **kwargs):
        dtype = keras.dtype_policies.get(dtype).name
        check_choice("dtype", dtype, ("float32",))
        super().__init__(dtype="float32", autocast=False, **kwargs)
        self.num_samples = check_integer("num_samples", num_samples, low=1)
        self.seed = check_seed(seed)
        self.noise_seed = seed_in_use(seed)
        self.pretraining = False
        # Whether the steps that are traced now leave the state as it is.
        self.holds_state = False
        self.noise = NoiseSeeds(self, self.noise_seed)
        self.trackers = {name: Figure(name) for name in ("rate", "penalty", *self.logs)}
        # Past the attribute tracking of Keras, which would log it in every model.
        object.__setattr__(self, "_negative_elbo", NegativeELBO())
        object.__setattr__(self, "_calls", CallsOfBatch())
        # No weight depends on a shape, so that all state can be read before the first call.
        self.built = True
        self.supports_masking = True

    def compute_mask(self, *args, **kwargs):
        """A scalar has no steps to mask."""
        return None

    def call(self, posterior, prior, training=None, sample_weight=None, mask=None):
        context = self._get_call_context()
        # The outermost layer of the call, whose sublayers add losses around this one.
        keep_losses_per_replica(context.entry_layer)
        refuse_loops(self, context.entry_layer)
        set_up_figures(context.entry_layer, RateTerm)
        kl = kl_per_dimension(posterior, prior, self.noise.next, self.num_samples)
        if self.needs_dimensions and kl.shape[-1] == 1 and latent_size(posterior) != 1:
            raise ValueError(
                f"{type(self).__name__}({self._options()}) needs one KL per dimension, but "
                "`posterior` and `prior` have only a joint one. Received: "
                f"posterior={posterior!r}, prior={prior!r}"
            )
        kl = sum_over_steps(kl, mask)
        weight = self._check_weight(sample_weight, kl)
        mean = _weighted_mean(weight)
        rate = tf.reduce_sum(kl, axis=-1)  # (batch,), of this call
        calls = self._calls
        calls.begin(context, self._moving_state(), sample_weight)
        if calls.kl is None:
            self.trackers["rate"].update_state(rate, weight)
        else:
            self.trackers["rate"].add(rate, weight)
            kl = tf.concat([calls.kl, kl], axis=-1)  # (batch, latent of all calls)
        calls.kl = kl
        before = calls.logged.get("penalty", 0.0)
        penalty = self.penalty(kl, mean, training)
        pretraining = self._running("pretraining")
        penalty = (1.0 - pretraining) * penalty
        if training:
            calls.hold_state(self._held())
        size = tf.cast(tf.shape(kl)[0], tf.float32) if weight is None else tf.reduce_sum(weight)
        calls.log("penalty", self.trackers["penalty"], penalty, size)
        if self._negative_elbo.model() is context.entry_layer:
            excess = penalty - mean(tf.reduce_sum(kl, axis=-1))
            rows = tf.shape(kl)[0]  # as Keras weighs the loss
            calls.log("excess", self._negative_elbo, excess, tf.cast(rows, tf.float32))
        # Keras sums it with the compiled loss, which has this type.
        return tf.cast(penalty - before, keras.config.floatx())

    @property
    def metrics(self):
        elbo = self._negative_elbo
        return [*super().metrics, *([] if elbo.model() is None else [elbo])]

    def penalty(self, kl, mean, training):
        """The scalar that is added to the loss: the one method that variants override.

        Args:
            kl: KL of each example and dimension in nats, float32 `(batch, latent)`, or
                `(batch, 1)` where it is joint.
            mean: function that takes `(batch, ...)` to its mean over the examples of the
                global batch, with regard to sample weights and replicas.
            training: whether state moves on.
        """
        raise NotImplementedError(f"{type(self).__name__} must override `penalty`")

    @property
    def needs_dimensions(self):
        """Whether the penalty makes no sense for a joint KL."""
        return False

    def track(self, **values):
        """Logs scalars, one for each name in `logs`."""
        for name, value in values.items():
            self._calls.log(name, self.trackers[name], value)

    def add_state(self, name, initial, dtype="float32"):
        """A non-trainable scalar weight: saved, resumed, and one for all replicas."""
        return self.add_weight(
            name=name,
            shape=(),
            dtype=dtype,
            initializer=keras.initializers.Constant(initial),
            trainable=False,
            autocast=False,
            # Updates are computed from global means, so all replicas hold the same value.
            aggregation="only_first_replica",
        )

    def _running(self, option):
        """An option that can be assigned, as a tensor that the running step reads."""
        return getattr(type(self), option).tensor(self)

    def _held(self):
        """Whether the state stays as it is in this step, a boolean tensor."""
        return tf.logical_or(self._running("pretraining") > 0.0, self.holds_state)

    def _moving_state(self):
        """The weights that `penalty` moves on."""
        return [v for v in self._non_trainable_variables if v.name != "noise_step"]

    def _state_prefix(self):
        # The state of one kind of term means nothing to another.
        return f"{type(self).__name__}."

    def _check_weight(self, sample_weight, kl):
        if sample_weight is None:
            return None
        weight = tf.cast(tf.convert_to_tensor(sample_weight), tf.float32)
        if not weight.shape.is_compatible_with(kl.shape[:1]):
            raise ValueError(
                f"`sample_weight` must have shape {tuple(kl.shape[:1])}, one weight for each "
                f"example. Received: shape={tuple(weight.shape)}"
            )
        return weight

    def _options(self):
        base = RateTerm.get_config(self)
        config = self.get_config()
        return ", ".join(f"{key}={config[key]!r}" for key in config if key not in base)

    def compute_output_shape(self, *args, **kwargs):
        return ()

    def get_config(self):
        return {**super().get_config(), "num_samples": self.num_samples, "seed": self.seed}


def _weighted_mean(weight):
    """The mean over the global batch, each example times its weight over the mean weight."""
    if weight is None:
        return global_batch_mean
    relative = tf.math.divide_no_nan(weight, global_batch_mean(weight))

    def mean(values):
        factors = tf.reshape(relative, [-1] + [1] * (len(values.shape) - 1))  # (batch, 1, ...)
        return global_batch_mean(factors * values)

    return mean
