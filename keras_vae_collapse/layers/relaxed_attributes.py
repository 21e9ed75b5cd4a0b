"""What the layers that guess the entries of a binary condition have in common."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer, check_number, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.layers.checks import check_id_list, check_shape
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.dropout_rate import DropoutRate

NEVER = -1e9  # log-odds or logit of what cannot be


class RelaxedAttributes(NamedState, DropoutRate, keras.layers.Layer):
    """Base of the layers that take vectors to a relaxed binary condition.

    The entries of the condition stand in groups, the values of one attribute each. A subclass
    says how an attribute is relaxed: `parameter_count`, `initial_bias`, `log_odds`, `log_prob`,
    `kl` and `_sample`; network, losses and the best answer are here. For the arguments see
    `CategoricalAttributes`.
    """

    condition_size, groups, prior = Fixed(), Fixed(), Fixed()
    units, seed = Fixed(), Fixed()

    def __init__(
        self,
        condition_size: int,
        groups: Sequence[Sequence[int]],
        prior: Sequence[float] | None = None,
        units: int = 64,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        self.condition_size = check_integer("condition_size", condition_size, low=1)
        self.groups = check_groups(groups, self.condition_size)
        self.prior = self._check_prior(prior)
        self.units = check_integer("units", units, low=1)
        self.seed = check_seed(seed)
        self.noise_seed = seed_in_use(seed)
        self.hidden = keras.layers.Dense(units, "tanh", dtype="float32", name="hidden")
        rate = check_rate("dropout", dropout)
        self.drop = Dropout(rate, seed=seed, dtype="float32", name="drop")
        # With weights of zero the posterior is the prior: training begins at a rate of zero.
        self.output_layer = keras.layers.Dense(
            self.parameter_count,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(self.initial_bias()),
            dtype="float32",
            name="parameters",
        )
        self.rate_tracker = keras.metrics.Mean(name="attribute_rate", dtype="float32")

    def _check_prior(self, prior):
        """The probability of every entry, those of no group left as they are."""
        if prior is None:
            prior = [0.0] * self.condition_size
            for group in self.groups:
                for entry in group:
                    prior[entry] = 1.0 / (len(group) + 1)
        prior = [check_number("prior", p, 0.0, 1.0) for p in prior]
        if len(prior) != self.condition_size:
            raise ValueError(
                f"`prior` must have condition_size={self.condition_size} probabilities. "
                f"Received: {len(prior)}"
            )
        for group in self.groups:
            values = [prior[entry] for entry in group]
            if min(values) <= 0.0 or sum(values) >= 1.0:
                raise ValueError(
                    "`prior` must leave every value of an attribute, and its absence, a "
                    f"probability. Received: {values} for the entries {list(group)}"
                )
        return tuple(prior)

    @property
    def parameter_count(self):
        """How many numbers the network puts out for each example."""
        raise NotImplementedError(f"{type(self).__name__} must override `parameter_count`")

    def initial_bias(self):
        """The parameters, a list of numbers, whose distribution is the prior."""
        raise NotImplementedError(f"{type(self).__name__} must override `initial_bias`")

    def log_odds(self, parameters):
        """Of each entry, active against absent, `(batch, condition_size)`."""
        raise NotImplementedError(f"{type(self).__name__} must override `log_odds`")

    def log_prob(self, parameters, condition):
        """`log q(y)` in nats of binary conditions, `(batch,)`."""
        raise NotImplementedError(f"{type(self).__name__} must override `log_prob`")

    def kl(self, parameters):
        """`KL(q || p)` of the attributes in nats, `(batch,)`."""
        raise NotImplementedError(f"{type(self).__name__} must override `kl`")

    def _sample(self, parameters, seed, step):
        raise NotImplementedError(f"{type(self).__name__} must override `_sample`")

    def build(self, input_shape):
        check_shape("inputs", input_shape, "batch", "input_dim")
        self.hidden.build(input_shape)
        hidden_shape = (input_shape[0], self.units)
        self.drop.build(hidden_shape)
        self.output_layer.build(hidden_shape)
        self.noise = NoiseSeeds(self, self.noise_seed)
        super().build(input_shape)

    def call(self, inputs, training=None):
        parameters = self.parameters(inputs, training)
        rate = self.kl(parameters)
        self.rate_tracker.update_state(rate)
        add_batch_loss(self, rate)
        condition = self.sample(parameters) if training else self.mode(parameters)
        return tf.cast(condition, self.compute_dtype)

    def parameters(self, inputs, training=False):
        """What the network makes of inputs, float32 `(batch, parameter_count)`."""
        hidden = self.drop(self.hidden(tf.cast(inputs, tf.float32)), training=training)
        return self.output_layer(hidden)

    def sample(self, parameters):
        """A relaxed condition of each example, float32 `(batch, condition_size)`.

        Gradients flow back to the parameters; every call draws anew.
        """
        step = tf.convert_to_tensor(self.noise.step)
        return self._sample(parameters, self.noise.next(), step)

    def mode(self, parameters):
        """The most probable binary condition, with one value of each attribute at most.

        At least one entry is active: where absence is likeliest throughout, that of the largest
        odds.
        """
        odds = self.log_odds(parameters)  # (batch, condition)
        active = tf.zeros_like(odds, tf.bool)
        for group in self.groups:
            of_group = tf.gather(odds, group, axis=-1)
            best = tf.gather(tf.constant(group), tf.argmax(of_group, axis=-1))
            present = tf.reduce_max(of_group, axis=-1, keepdims=True) > 0.0
            active |= (tf.range(self.condition_size) == best[:, None]) & present
        likeliest = tf.argmax(odds, axis=-1, output_type=tf.int32)
        needed = ~tf.reduce_any(active, axis=-1, keepdims=True)
        active |= needed & (tf.range(self.condition_size) == likeliest[:, None])
        return tf.cast(active, tf.float32)

    def _spread(self, values, elsewhere):
        """Values of the grouped entries in their order `(batch, n)` at their places `(batch, M)`.

        All other places have the number `elsewhere`.
        """
        place = {entry: position for position, entry in enumerate(self.entries)}
        places = [place.get(entry, len(place)) for entry in range(self.condition_size)]
        filled = tf.pad(values, [[0, 0], [0, 1]], constant_values=elsewhere)
        return tf.gather(filled, places, axis=-1)

    @property
    def entries(self):
        """The entries of all groups, one group after the other."""
        return [entry for group in self.groups for entry in group]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.condition_size)

    def compute_output_spec(self, inputs, training=None):
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "condition_size": self.condition_size,
            "groups": [list(group) for group in self.groups],
            "prior": list(self.prior),
            "units": self.units,
            "dropout": self.dropout,
            "seed": self.seed,
        }


def check_groups(groups, condition_size):
    """Returns groups of entries as tuples, or raises `ValueError`."""
    groups = tuple(check_id_list("groups", group) for group in groups)
    entries = [entry for group in groups for entry in group]
    if not entries or not all(groups):
        raise ValueError(f"`groups` must hold groups of entries. Received: groups={groups!r}")
    if len(set(entries)) < len(entries) or max(entries) >= condition_size:
        raise ValueError(
            f"`groups` must hold entries below condition_size={condition_size}, each once. "
            f"Received: groups={groups!r}"
        )
    return groups
