"""Attributes of which each has one value or none, relaxed."""

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


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class CategoricalAttributes(RelaxedAttributes):
    """Guesses attributes of an example: a categorical each, relaxed, with a value "absent".

    ```
    a       = W_2 tanh(W_1 h + b_1) + b_2
    q(y_k)  = Categorical(softmax(a_k))             value 0 of attribute k: absent
    y_k     = softmax((a_k + g_k) / tau),           g_k,v ~ Gumbel(0, 1)
    loss   += sum_k KL(q(y_k) || p(y_k))
    ```

    for inputs `h` (the concrete distribution: Maddison et al. 2017, arXiv:1611.00712; Jang et
    al. 2017, arXiv:1611.01144). The largest entry of a sample is distributed as the categorical
    itself, for every temperature, and the rate is that of the categorical, in closed form. In
    training the output is a relaxed sample, at inference the most probable binary condition.
    Where the condition of an example is known, `log_prob` is what a classifier maximises.

    Attributes stand in a condition as `SequenceDecoder` takes it, a vector of `condition_size`
    entries: the entries of `groups[k]` are the values of attribute `k`. An absent attribute has
    no entry; entries of no group are always 0.

    Before training `q` is the prior. Everything is computed in float32 whatever the precision
    policy.

    Args:
        condition_size: number of entries of the condition, a positive integer.
        groups: for each attribute the entries that are its values, each entry at most once.
        prior: the probability of every entry, `condition_size` numbers; those of an attribute
            are greater than 0 and sum to less than 1, the rest is that of its absence. `None`
            for equal ones.
        units: of the hidden layer, a positive integer.
        dropout: rate of the dropout of the hidden layer, in [0, 1].
        temperature: `tau`, a number greater than 0 that can be assigned at any time, or a
            schedule over the draws, such as `ExponentialCooling`.
        seed: a non-negative integer, or `None` for a random one.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        inputs: vectors `(batch, input_dim)`.
        training: whether to give a relaxed sample.

    Output shape:
        `(batch, condition_size)`, in [0, 1].

    Raises:
        ValueError: an argument lies outside its range, or an entry stands in two groups.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import CategoricalAttributes

    guess = CategoricalAttributes(5, groups=[[1, 2], [3, 4]], temperature=0.5, seed=0)
    condition = guess(np.ones((2, 8)), training=True)
    assert condition.shape == (2, 5) and not np.any(condition[:, 0])
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
        return len(self.entries) + len(self.groups)

    def initial_bias(self):
        bias = []
        for group in self.groups:
            values = [self.prior[entry] for entry in group]
            bias += [math.log(p) for p in (1.0 - sum(values), *values)]
        return bias

    def _logits(self, parameters):
        """Logits `(batch, attributes, values)`, "absent" first, shorter attributes filled up."""
        longest, places, start = 1 + max(map(len, self.groups)), [], 0
        for group in self.groups:
            count = 1 + len(group)
            missing = [self.parameter_count] * (longest - count)
            places.append([*range(start, start + count), *missing])
            start += count
        filled = tf.pad(parameters, [[0, 0], [0, 1]], constant_values=NEVER)
        return tf.gather(filled, places, axis=-1)

    def _flat(self, values):
        """Of `(batch, attributes, values)` those of the grouped entries, `(batch, n)`."""
        longest = values.shape[-1]
        places = [
            k * longest + 1 + place
            for k, group in enumerate(self.groups)
            for place in range(len(group))
        ]
        flat = tf.reshape(values, (-1, len(self.groups) * longest))
        return tf.gather(flat, places, axis=-1)

    def log_odds(self, parameters):
        logits = self._logits(parameters)
        return self._spread(self._flat(logits - logits[..., :1]), NEVER)

    def log_prob(self, parameters, condition):
        return tf.reduce_sum(self.attribute_log_prob(parameters, condition), axis=-1)

    def attribute_log_prob(self, parameters, condition):
        """`log q(y_k)` of each attribute, `(batch, attributes)`."""
        values = []
        for group in self.groups:
            of_group = tf.gather(condition, group, axis=-1)
            present = tf.reduce_any(of_group > 0.5, axis=-1)
            best = tf.argmax(of_group, axis=-1, output_type=tf.int32)
            values.append(tf.where(present, 1 + best, 0))
        return tfd.Categorical(logits=self._logits(parameters)).log_prob(tf.stack(values, axis=-1))

    def kl(self, parameters):
        prior = tf.constant([self.initial_bias()], tf.float32)
        posterior, prior = (tfd.Categorical(self._logits(p)) for p in (parameters, prior))
        return tf.reduce_sum(tfd.kl_divergence(posterior, prior), axis=-1)

    def _sample(self, parameters, seed, step):
        temperature = type(self).temperature.tensor_at(self, step)
        # As `tfd.RelaxedOneHotCategorical` draws, by noise that is the same under XLA.
        logits = self._logits(parameters)
        noise = tfd.Gumbel(0.0, 1.0).quantile(open_uniform(tf.shape(logits), seed))
        return self._spread(self._flat(tf.nn.softmax((logits + noise) / temperature)), 0.0)

    def get_config(self):
        return {**super().get_config(), "temperature": serialize(self.temperature)}
