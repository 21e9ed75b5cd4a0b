"""Entries of a condition that are active or not, each by itself, relaxed."""

import math
from collections.abc import Sequence

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_positive
from keras_vae_collapse.layers.noise import open_uniform
from keras_vae_collapse.layers.relaxed_attributes import NEVER, RelaxedAttributes
from keras_vae_collapse.losses.weight_schedule import NumberOrSchedule, serialize

tfd = tfp.distributions


class IndependentAttributes(RelaxedAttributes):
    """Base of the relaxations in which each entry is a binary variable by itself.

    The rate and the probability of a condition are those of the Bernoulli variables to which a
    sample rounds, entry by entry. `groups` tell which entries exclude one another in the best
    answer. A subclass defines `_grouped_log_odds`, of the Bernoulli variables.
    """

    def _grouped_log_odds(self, parameters):
        raise NotImplementedError(f"{type(self).__name__} must override `_grouped_log_odds`")

    def log_odds(self, parameters):
        return self._spread(self._grouped_log_odds(parameters), NEVER)

    def log_prob(self, parameters, condition):
        return tf.reduce_sum(self._entry_log_prob(parameters, condition), axis=-1)

    def attribute_log_prob(self, parameters, condition):
        """`log q` of the entries of each attribute, `(batch, attributes)`."""
        by_entry = self._entry_log_prob(parameters, condition)
        parts = tf.split(by_entry, [len(group) for group in self.groups], axis=-1)
        return tf.stack([tf.reduce_sum(part, axis=-1) for part in parts], axis=-1)

    def _entry_log_prob(self, parameters, condition):
        active = tf.gather(tf.cast(condition, tf.float32), self.entries, axis=-1)
        return tfd.Bernoulli(logits=self._grouped_log_odds(parameters)).log_prob(active)

    def kl(self, parameters):
        prior = tfd.Bernoulli(probs=[self.prior[entry] for entry in self.entries])
        posterior = tfd.Bernoulli(logits=self._grouped_log_odds(parameters))
        return tf.reduce_sum(tfd.kl_divergence(posterior, prior), axis=-1)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class BernoulliAttributes(IndependentAttributes):
    """Guesses the entries of a condition, each a relaxed Bernoulli variable by itself.

    ```
    a      = W_2 tanh(W_1 h + b_1) + b_2
    q(y_m) = Bernoulli(sigmoid(a_m))
    y_m    = sigmoid((a_m + l_m) / tau),           l_m ~ Logistic(0, 1)
    loss  += sum_m KL(q(y_m) || p(y_m))
    ```

    (the binary concrete distribution: Maddison et al. 2017, arXiv:1611.00712). A sample rounds to
    the Bernoulli variable itself, for every temperature, and the rate is that of the latter.
    Unlike `CategoricalAttributes` it knows only in the best answer that an attribute has one
    value; a sample may have several.

    Arguments, shapes and errors are those of `CategoricalAttributes`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import BernoulliAttributes

    guess = BernoulliAttributes(5, groups=[[1, 2], [3, 4]], temperature=0.5, seed=0)
    assert guess(np.ones((2, 8)), training=True).shape == (2, 5)
    ```
    """

    temperature = NumberOrSchedule(check_positive)

    def __init__(
        self,
        condition_size: int,
        groups: Sequence[Sequence[int]],
        prior: Sequence[float] | None = None,
        units: int = 64,
        dropout: float = 0.0,
        temperature=0.5,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(condition_size, groups, prior, units, dropout, seed, **kwargs)
        self.temperature = temperature

    @property
    def parameter_count(self):
        return len(self.entries)

    def initial_bias(self):
        return [math.log(p / (1.0 - p)) for p in (self.prior[entry] for entry in self.entries)]

    def _grouped_log_odds(self, parameters):
        return parameters

    def _sample(self, parameters, seed, step):
        temperature = type(self).temperature.tensor_at(self, step)
        # As `tfd.RelaxedBernoulli` draws, by noise that is the same under XLA.
        noise = tfd.Logistic(0.0, 1.0).quantile(open_uniform(tf.shape(parameters), seed))
        return self._spread(tf.sigmoid((parameters + noise) / temperature), 0.0)

    def get_config(self):
        return {**super().get_config(), "temperature": serialize(self.temperature)}
