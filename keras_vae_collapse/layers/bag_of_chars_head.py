"""Head that predicts the symbols of a sequence from its latent vector."""

from collections.abc import Sequence

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_choice, check_integer, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.layers.bag_of_chars import SPECIAL_IDS, check_ignore_ids, count_ids
from keras_vae_collapse.layers.checks import check_shape, check_tensor

# `tfp.distributions.Bernoulli` and `Poisson` round in another order, so that published runs could
# not be repeated to the last bit, and `Poisson` has no bound for a wild log-rate.


def bernoulli_nll(logits, counts, counted):
    """`-log p` of which symbols are present, `(batch,)`."""
    present = tf.cast(counts > 0, tf.float32)
    nll = tf.nn.sigmoid_cross_entropy_with_logits(labels=present, logits=logits)
    return tf.reduce_sum(nll * counted, axis=-1)


def poisson_nll(log_rates, counts, counted):
    """`-log p` of independent counts, `(batch,)`."""
    # Past e^10 = 22026 symbols of a kind the exponential goes on as its tangent, so that a
    # wild log-rate gives a large finite loss and gradient.
    excess = tf.nn.relu(log_rates - 10.0)
    rates = tf.exp(log_rates - excess) * (1.0 + excess)
    nll = rates - counts * log_rates + tf.math.lgamma(counts + 1.0)
    return tf.reduce_sum(nll * counted, axis=-1)


def multinomial_nll(logits, counts, counted):
    """`-log p` of the counts given their total, `(batch,)`."""
    logits = tf.where(counted > 0, logits, -1e9)
    total = tf.reduce_sum(counts, axis=-1)
    return -tfp.distributions.Multinomial(total, logits=logits).log_prob(counts)


NLL = {"bernoulli": bernoulli_nll, "poisson": poisson_nll, "multinomial": multinomial_nll}


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class BagOfCharsHead(keras.layers.Layer):
    """Predicts from `z` which symbols the sequence has, and adds the cost of it as a loss.

    With `a = W z + b` and `n_v` the number of times that symbol `v` occurs in the sequence

    ```
    bernoulli     p(n > 0) = prod_v Bernoulli([n_v > 0]; sigmoid(a_v))
    poisson       p(n)     = prod_v Poisson(n_v; exp(a_v))
    multinomial   p(n)     = Multinomial(n; softmax(a), sum_v n_v)
    loss         += weight * mean over the batch of -log p
    ```

    The cost depends on `z` alone, so a language model in the decoder cannot lower it: it
    rewards the latent for what it says of the sequence from the first training step on (Kamoi &
    Fukutomi 2018; Zhao et al. 2017, arXiv:1703.10960). The metric
    `bag_of_chars_nats` is the cost in nats per example, without the weight.

    In a functional model make the output one of the model's outputs: Keras leaves out layers
    that lead to none, and their losses with them.

    Args:
        vocabulary_size: number of symbols, a positive integer.
        distribution: `"bernoulli"`, `"poisson"` or `"multinomial"`.
        weight: weight of the loss, in [0, inf). It can be assigned at any time, also while a
            model trains.
        ignore_ids: ids that do not count, by default padding, unknown, start and end.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.
        ids: integer ids `(batch, length)`; `None` for a prediction without loss.
        mask: boolean `(batch, length)`, false at positions that do not count.

    Output shape:
        `a`, float32 `(batch, vocabulary_size)`: logits, or log-rates for `"poisson"`. The
        columns of `ignore_ids` mean nothing.

    Raises:
        ValueError: an argument lies outside its range, `z` is not of rank 2, or the ids are not
            integers of rank 2.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import BagOfCharsHead

    head = BagOfCharsHead(vocabulary_size=6, weight=0.5)
    logits = head(np.zeros((1, 2)), np.array([[5, 4, 5, 3, 0]]))
    assert logits.shape == (1, 6)
    assert np.isclose(head.losses[0], 0.5 * 2 * np.log(2))  # of 4 and 5 each a coin flip
    ```
    """

    weight = Assignable(check_weight)
    vocabulary_size, distribution, ignore_ids = Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        distribution: str = "bernoulli",
        weight: float = 1.0,
        ignore_ids: Sequence[int] = SPECIAL_IDS,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=1)
        self.distribution = check_choice("distribution", distribution, tuple(NLL))
        self.weight = weight
        self.ignore_ids = check_ignore_ids(ignore_ids, self.vocabulary_size)
        self.logits = keras.layers.Dense(self.vocabulary_size, dtype="float32", name="logits")
        self.supports_masking = True
        self.nats_tracker = keras.metrics.Mean(name="bag_of_chars_nats")

    def build(self, z_shape, ids_shape=None):
        check_shape("z", z_shape, "batch", "latent_dim")
        self.logits.build(z_shape)
        super().build((z_shape, ids_shape))

    def call(self, z, ids=None, mask=None):
        logits = self.logits(z)  # (batch, vocabulary)
        if ids is not None:
            check_tensor("ids", ids, "int", "batch", "length")
            counts = count_ids(ids, self.vocabulary_size, self.ignore_ids, mask)
            counted = tf.constant(
                [float(v not in self.ignore_ids) for v in range(self.vocabulary_size)]
            )
            nll = NLL[self.distribution](logits, counts, counted)  # (batch,)
            self.nats_tracker.update_state(nll)
            add_batch_loss(self, BagOfCharsHead.weight.tensor(self) * nll)
        return logits

    def compute_mask(self, inputs, previous_mask):
        return None  # one vector a sequence: no positions are left to mask

    def compute_output_shape(self, z_shape, ids_shape=None):
        return (z_shape[0], self.vocabulary_size)

    def compute_output_spec(self, z, ids=None, mask=None):
        if ids is not None:
            check_tensor("ids", ids, "int", "batch", "length")
        return keras.KerasTensor(self.compute_output_shape(z.shape), dtype="float32")

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "distribution": self.distribution,
            "weight": self.weight,
            "ignore_ids": list(self.ignore_ids),
        }
