"""A recurrence of a decoder above another, which looks into the latent vector again."""

import keras
from keras import ops

from keras_vae_collapse.layers import Dropout, GRUDecoder, LatentAttention


class UpperRecurrence(keras.layers.Layer):
    """States over the states below and what those find in the slots of `z`.

    ```
    c_t = attention(h_t, z)
    u_t = GRU([dropout([h_t ; c_t]) ; condition], u_{t-1})
    ```

    Args:
        units: units of the recurrence.
        slots, slot_dim, slot_spacing: of the `LatentAttention`.
        dropout: rate of the dropout on the input.
        seed: seed of the dropout.

    Call arguments:
        condition: `(batch, condition_dim)`.
        memory: slots, of `memory(z)`.
        states: states below, `(batch, length, dim)`.

    Output shape:
        `(batch, length, units)`.
    """

    def __init__(self, units, slots, slot_dim, slot_spacing, dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.attention = LatentAttention(slots, slot_dim, slot_spacing, name="attention")
        self.drop = Dropout(dropout, seed=seed, name="drop")
        self.recurrence = GRUDecoder(units, name="recurrence")

    def build(self, condition_shape, z_shape, states_shape):
        self.attention.build(z_shape, states_shape)
        input_shape = (*states_shape[:-1], states_shape[-1] + self.attention.units)
        self.drop.build(input_shape)
        self.recurrence.build(condition_shape, input_shape)
        super().build((condition_shape, z_shape, states_shape))

    def memory(self, z):
        """The slots of latent vectors, `(batch, slots, slot_dim)`."""
        return self.attention.memory(z)

    def _inputs(self, memory, states, training=False, start=0):
        found = self.attention.attend(memory, states, start)
        joined = ops.concatenate([states, ops.cast(found, states.dtype)], axis=-1)
        return self.drop(joined, training=training)

    def call(self, condition, memory, states, training=None):
        inputs = self._inputs(memory, states, training)
        return self.recurrence(condition, inputs, training=training)

    def initial_state(self, condition):
        """The state in front of the first step, `(batch, units)`."""
        return self.recurrence.initial_state(condition)

    def step(self, t, condition, memory, below, state):
        """Step `t` of decoding: the new state below `(batch, dim)` to the next state here."""
        inputs = self._inputs(memory, below[:, None, :], start=t)
        return self.recurrence.step(condition, inputs[:, 0], state)
