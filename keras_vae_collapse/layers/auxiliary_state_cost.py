"""Cost of predicting a backward recurrence from the latent vector."""

import math

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_integer, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.layers.checks import check_shape

# The density of a Gaussian at its mean has no bound as the scale goes to 0.
MINIMUM_SCALE = 1e-2


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class AuxiliaryStateCost(keras.layers.Layer):
    """Rewards a latent vector that predicts the rest of the sequence.

    A recurrence reads the target from its end, and its states are predicted from `z` and the
    decoder's states:

    ```
    b_t = GRU(e_t, b_{t+1})                            t = T .. 1
    p(b_t | z, h_t) = N(b_t; mu_t, sigma_t^2),         [mu_t ; .] = W tanh(V [z ; h_t])
    loss += weight * mean over the batch of sum_t -log p(b_t | z, h_t)
    ```

    `h_t`, which predicts symbol `t`, has seen the symbols before it, and `b_t` that symbol and
    those after it: what `h_t` does not say of `b_t` has to come from `z`.

    This is the auxiliary cost of Z-Forcing (Goyal et al. 2017, arXiv:1711.05411) for one latent
    vector a sequence, where the paper has one a step: `b_t` does not enter the posterior, and
    the prior does not depend on `h_t`. As in the paper no gradient of this cost reaches `b_t`,
    which would become constant and so easy to predict; and the backward recurrence learns by a
    reverse language model, if `vocabulary_size` is given:

    ```
    loss += reverse_weight * mean over the batch of sum_{t>1} -log p(x_{t-1} | b_t)
    ```

    Without it the recurrence keeps its random initial weights.

    The metrics `auxiliary_state_nats` and `reverse_nats` are the two costs in nats per example,
    without the weights. The first is that of a density: it may be negative.

    In a functional model make the output one of the model's outputs: Keras leaves out layers
    that lead to none, and their losses with them.

    Args:
        units: size of the backward states, a positive integer.
        weight: weight of the cost, in [0, inf). The cost grows with `units` and with the
            length of the sequences; the authors use 0.001 to 0.01. Both weights can be assigned
            at any time, also while a model trains.
        vocabulary_size: number of symbols, for the reverse language model; or `None`.
        reverse_weight: weight of the reverse language model, in [0, inf).
        stop_gradient: whether the gradient of the cost stops at the backward states, as it
            should outside experiments.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.
        states: decoder states `(batch, length, state_dim)`.
        embedded: embedded target symbols `(batch, length, embedding_dim)`.
        ids: target ids `(batch, length)`; needed if `vocabulary_size` is given.
        mask: boolean `(batch, length)`, true for the symbols of the sequence, which come first;
            by default the Keras mask of `embedded`, or else true everywhere.

    Output shape:
        The cost of each example in nats, without the weight, float32 `(batch,)`.

    Raises:
        ValueError: an argument lies outside its range, a rank is wrong, `ids` are missing, or
            the mask is not of the shape `(batch, length)`.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import AuxiliaryStateCost

    cost = AuxiliaryStateCost(units=8, weight=0.01)
    z, states, embedded = np.ones((2, 3)), np.ones((2, 5, 16)), np.ones((2, 5, 4))
    assert cost(z, states, embedded).shape == (2,)
    assert len(cost.losses) == 1
    ```
    """

    weight = Assignable(check_weight)
    reverse_weight = Assignable(check_weight)
    units, vocabulary_size, stop_gradient = Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        units: int,
        weight: float = 0.005,
        vocabulary_size: int | None = None,
        reverse_weight: float = 1.0,
        stop_gradient: bool = True,
        **kwargs,
    ):
        # What is added up over batches must not be read in half precision.
        super().__init__(autocast=False, **kwargs)
        self.units = check_integer("units", units, low=1)
        self.weight = weight
        if vocabulary_size is not None:
            vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.vocabulary_size = vocabulary_size
        self.reverse_weight = reverse_weight
        self.stop_gradient = bool(stop_gradient)
        policy = self.dtype_policy
        self.backward = keras.layers.GRU(
            units, return_sequences=True, go_backwards=True, dtype=policy, name="backward"
        )
        self.hidden = keras.layers.Dense(units, activation="tanh", dtype=policy, name="hidden")
        self.gaussian = keras.layers.Dense(2 * self.units, dtype="float32", name="gaussian")
        self.supports_masking = True
        self.nats_tracker = keras.metrics.Mean(name="auxiliary_state_nats")
        if self.vocabulary_size is not None:
            self.reverse = keras.layers.Dense(self.vocabulary_size, dtype="float32", name="reverse")
            self.reverse_tracker = keras.metrics.Mean(name="reverse_nats")

    def build(self, z_shape, states_shape, embedded_shape, ids_shape=None):
        check_shape("z", z_shape, "batch", "latent_dim")
        check_shape("states", states_shape, "batch", "length", "state_dim")
        check_shape("embedded", embedded_shape, "batch", "length", "embedding_dim")
        self.backward.build(embedded_shape)
        self.hidden.build((*states_shape[:-1], z_shape[-1] + states_shape[-1]))
        backward_shape = (*states_shape[:-1], self.units)
        self.gaussian.build(backward_shape)
        if self.vocabulary_size is not None:
            self.reverse.build(backward_shape)
        super().build((z_shape, states_shape, embedded_shape, ids_shape))

    def call(self, z, states, embedded, ids=None, mask=None, embedded_mask=None):
        mask = self._valid(embedded, embedded_mask if mask is None else mask)
        b = tf.reverse(self.backward(embedded, mask=mask), axis=[1])  # (batch, length, units)
        counted = tf.cast(mask, tf.float32)  # (batch, length)
        nll = self._state_nll(z, states, b)  # (batch, length)
        cost = tf.reduce_sum(nll * counted, axis=-1)
        self.nats_tracker.update_state(cost)
        add_batch_loss(self, AuxiliaryStateCost.weight.tensor(self) * cost)
        if self.vocabulary_size is not None:
            if ids is None:
                raise ValueError("`ids` must be given where `vocabulary_size` is. Received: None")
            nll = tf.nn.sparse_softmax_cross_entropy_with_logits(
                ids[:, :-1], self.reverse(b[:, 1:])
            )  # (batch, length - 1)
            reverse_cost = tf.reduce_sum(nll * counted[:, 1:], axis=-1)
            self.reverse_tracker.update_state(reverse_cost)
            add_batch_loss(self, AuxiliaryStateCost.reverse_weight.tensor(self) * reverse_cost)
        return cost

    def _valid(self, embedded, mask):
        if mask is None:
            return tf.fill(tf.shape(embedded)[:2], True)
        check_shape("mask", mask.shape, *embedded.shape[:2])
        return tf.cast(mask, tf.bool)

    def _state_nll(self, z, states, b):
        """`-log p(b_t | z, h_t)` in nats, float32 `(batch, length)`."""
        length = tf.shape(states)[1]
        z = tf.repeat(tf.cast(z, states.dtype)[:, None, :], length, axis=1)
        mu, raw_scale = tf.split(self.gaussian(self.hidden(tf.concat([z, states], -1))), 2, -1)
        sigma = tf.math.softplus(raw_scale) + MINIMUM_SCALE
        b = tf.cast(tf.stop_gradient(b) if self.stop_gradient else b, tf.float32)
        # `tfp.distributions.Normal` rounds in another order, so that published runs could not be
        # repeated to the last bit.
        log_p = -0.5 * tf.square((b - mu) / sigma) - tf.math.log(sigma)
        return self.units * 0.5 * math.log(2 * math.pi) - tf.reduce_sum(log_p, axis=-1)

    def compute_mask(self, inputs, previous_mask):
        return None  # one number a sequence: no positions are left to mask

    def compute_output_shape(self, z_shape, states_shape, embedded_shape, ids_shape=None):
        return (z_shape[0],)

    def compute_output_spec(self, z, states, embedded, ids=None, mask=None, embedded_mask=None):
        return keras.KerasTensor((z.shape[0],), dtype="float32")

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "weight": self.weight,
            "vocabulary_size": self.vocabulary_size,
            "reverse_weight": self.reverse_weight,
            "stop_gradient": self.stop_gradient,
        }
