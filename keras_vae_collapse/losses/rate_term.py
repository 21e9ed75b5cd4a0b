"""Base class of all rate terms."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.replica_losses import keep_losses_per_replica
from keras_vae_collapse.core.replicas import global_batch_mean
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed
from keras_vae_collapse.losses.kl_per_dimension import kl_per_dimension, latent_size


class RateTerm(keras.layers.Layer):
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
    whatever a variant names in `logs`: each is a `keras.metrics.Mean` of this layer.

    Args:
        num_samples: samples for each example where there is no closed form, a positive integer.
        seed: seed of those samples, a non-negative integer, or `None` for a random one.
        **kwargs: base layer arguments, such as `name`; `dtype` can only be float32.

    Call arguments, given by name:
        posterior: `q(z|x)`, a TFP distribution of scalars with batch shape `(batch, latent)`
            or of vectors with batch shape `(batch,)`.
        prior: `p(z)`, a TFP distribution that broadcasts to the posterior. Where a
            distribution of vectors is made of independent dimensions (`tfd.Independent`,
            `tfd.MultivariateNormalDiag`, `tfd.Sample`) the KL stays one per dimension; other
            vectors (a mixture, a von Mises-Fisher) have one joint KL.
        training: whether state (a step, a multiplier) moves on after the call.
        sample_weight: `None`, or a weight for each example, `(batch,)`; 0 for padding.

    Output shape:
        A float32 scalar, nats per example.

    Raises:
        ValueError: an argument lies outside its range, `posterior` and `prior` are not TFP
            distributions, have the wrong rank or do not broadcast, or a variant needs one KL
            per dimension and the distributions have only a joint one.

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

    def __init__(self, num_samples: int = 1, seed: int | None = None, **kwargs):
        dtype = keras.dtype_policies.get(kwargs.pop("dtype", "float32"))
        if dtype.name != "float32":
            raise ValueError(f"`dtype` of a rate term must be 'float32'. Received: dtype={dtype!r}")
        super().__init__(dtype="float32", autocast=False, **kwargs)
        self.num_samples = check_integer("num_samples", num_samples, low=1)
        if seed is not None:
            check_seed(seed)
        self.seed = seed
        # While an encoder is pretrained the loss is 0 and no state moves; the rate is logged.
        self.pretraining = False
        self.noise = NoiseSeeds(self, seed)
        self.trackers = {
            name: keras.metrics.Mean(name=name, dtype="float32")
            for name in ("rate", "penalty", *self.logs)
        }
        # No weight depends on a shape, so that all state can be read before the first call.
        self.built = True

    def call(self, posterior, prior, training=None, sample_weight=None):
        # The outermost layer of the call, whose sublayers add losses around this one.
        keep_losses_per_replica(self._get_call_context().entry_layer)
        kl = kl_per_dimension(posterior, prior, self.noise.next, self.num_samples)
        if self.needs_dimensions and kl.shape[-1] == 1 and latent_size(posterior) != 1:
            raise ValueError(
                f"{type(self).__name__}({self._options()}) needs one KL per dimension, but "
                "`posterior` and `prior` have only a joint one. Received: "
                f"posterior={posterior!r}, prior={prior!r}"
            )
        weight = self._check_weight(sample_weight, kl)
        if self.pretraining:
            penalty = 0.0 * self.penalty(kl, _weighted_mean(weight), training=False)
        else:
            penalty = self.penalty(kl, _weighted_mean(weight), training)
        self.trackers["rate"].update_state(tf.reduce_sum(kl, axis=-1), weight)
        size = tf.cast(tf.shape(kl)[0], tf.float32) if weight is None else tf.reduce_sum(weight)
        self.trackers["penalty"].update_state(penalty, size)
        return penalty

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
            self.trackers[name].update_state(value)

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
