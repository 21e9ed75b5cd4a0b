"""Autoregressive GRU decoder that walks along slots of a latent vector."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.layers.aligned_recurrence import (
    aligned_states,
    aligned_states_for_training,
    aligned_step,
)
from keras_vae_collapse.layers.gru_recurrence import exact_type, product

# How far an alignment may move in a step, in slots, and the score that it moves by one at first:
# the weight of the next slot is then e^6 = 400 times that of another.
MOVES = (-2, -1, 0, 1, 2, 3, 4, 5)
FIRST_SCORE = 6.0


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class AlignedGRUDecoder(keras.layers.Layer):
    """States of a recurrent decoder that reads slots one after the other as it writes.

    ```
    query_t = W_q [e_t ; c] + U_q h_{t-1} + b_q
    a_t     = softmax over k of query_t . (s_k + p_k) / sqrt(dim) + sum_j w_j a_{t-1, k-j}
    h_t     = GRU([e_t ; c ; sum_k a_tk s_k], h_{t-1})
    h_0     = tanh(W c + b)
    ```

    with the condition `c` (features), the embedded symbol `e_t` before position `t`, the slots
    `s_k`, a learned vector `p_k` for the place of each and learned scores `w_j` of a move by `j`
    slots, `j = -2 .. 5`. At first the decoder reads the first slot at the first step and goes on
    by one at each; what it has learned to leave out or to write beside the slots then shifts all
    the rest with it. In a decoder that attends to slots by its states alone, they would have to
    count. What is read at a step reaches the state of that step.

    The attention is computed in float32 or better, whatever the precision policy.

    (Attention inside the recurrence: Bahdanau et al. 2015, arXiv:1409.0473; that knows where it
    was: Chorowski et al. 2015, arXiv:1506.07503.)

    Args:
        units: size of the states.
        slots: number of slots.

    Call arguments:
        condition: `(batch, condition_dim)`.
        history: embedded symbols `(batch, length, embedding_dim)`, shifted right by one.
        memory: slots `(batch, slots, dim)`.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `units` or `slots` is not a positive integer, or `memory` does not hold `slots`
            slots.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import AlignedGRUDecoder

    decoder = AlignedGRUDecoder(units=8, slots=6)
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)), np.ones((2, 6, 7)))
    assert states.shape == (2, 5, 8)
    ```
    """

    def __init__(self, units, slots, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.slots = check_integer("slots", slots, low=1)
        self.start = keras.layers.Dense(
            units, activation="tanh", dtype=self.dtype_policy, name="start"
        )

    def build(self, condition_shape, history_shape, memory_shape):
        if len(memory_shape) != 3 or memory_shape[1] != self.slots:
            raise ValueError(
                f"`memory` must have shape (batch, {self.slots}, dim). "
                f"Received: shape={tuple(memory_shape)}"
            )
        dim, input_dim = memory_shape[-1], history_shape[-1] + condition_shape[-1]
        self.start.build(condition_shape)
        widths = [self.units] * 3 + [dim]
        self.kernel = self.add_weight(name="kernel", shape=(input_dim, sum(widths)))
        self.bias = self.add_weight(name="bias", shape=(sum(widths),), initializer="zeros")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, sum(widths)), initializer="orthogonal"
        )
        self.reset_bias = self.add_weight(
            name="reset_bias", shape=(self.units,), initializer="zeros"
        )
        self.context_kernel = self.add_weight(name="context_kernel", shape=(dim, 3 * self.units))
        self.places = self.add_weight(
            name="places",
            shape=(self.slots, dim),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        exact = {"dtype": "float32", "autocast": False}
        moves = FIRST_SCORE * (np.array(MOVES) == 1)
        self.moves = self.add_weight(
            name="moves", shape=moves.shape, initializer=_constant(moves), **exact
        )
        first = FIRST_SCORE * (np.arange(self.slots) == 0)
        self.first = self.add_weight(
            name="first", shape=first.shape, initializer=_constant(first), **exact
        )
        super().build((condition_shape, history_shape, memory_shape))

    def call(self, condition, history, memory, training=None):
        length = ops.shape(history)[1]
        repeated = ops.repeat(condition[:, None, :], length, axis=1)
        inputs = ops.concatenate([self._cast(history), self._cast(repeated)], axis=-1)
        inputs = ops.transpose(inputs, (1, 0, 2))  # (length, batch, dim)
        flat = ops.reshape(inputs, (-1, inputs.shape[-1]))
        x = [ops.reshape(v, (length, -1, v.shape[-1])) for v in self._project(flat)]
        h_0, location = ops.split(self.initial_state(condition), [self.units], axis=-1)
        recurrence = aligned_states_for_training if training else aligned_states
        states, _ = recurrence(x, h_0, location, *self._slots(memory), *self._weights())
        return ops.cast(ops.transpose(states, (1, 0, 2)), self.compute_dtype)

    def initial_state(self, condition):
        """State and location scores in front of the first step, `(batch, units + slots)`."""
        h_0 = self._cast(self.start(condition))
        location = ops.broadcast_to(self._cast(self.first), (ops.shape(h_0)[0], self.slots))
        return ops.concatenate([h_0, location], axis=-1)

    def step(self, condition, embedded, memory, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state.

        Returns:
            State and location scores, `(batch, units + slots)`; the former are the first `units`.
        """
        h, location = ops.split(state, [self.units], axis=-1)
        inputs = ops.concatenate([self._cast(embedded), self._cast(condition)], axis=-1)
        x = self._project(inputs)
        h, location = aligned_step(x, h, location, *self._slots(memory), *self._weights())[:2]
        return ops.concatenate([h, location], axis=-1)

    def _cast(self, tensor):
        return ops.cast(tensor, exact_type(self.compute_dtype))

    def _project(self, inputs):
        """The inputs of z, r, n and the query."""
        kernel = self._split(ops.cast(self.kernel, self.compute_dtype))
        bias = self._split(self._cast(self.bias))
        return [product(inputs, W) + b for W, b in zip(kernel, bias, strict=True)]

    def _split(self, weights):
        """The columns of a weight that belong to z, r, n and, where there are any, the query."""
        return ops.split(weights, [self.units, 2 * self.units, 3 * self.units], axis=-1)

    def _slots(self, memory):
        """Keys and memory."""
        memory = self._cast(memory)
        scale = memory.shape[-1] ** -0.5
        return (memory + self._cast(self.places)) * scale, memory

    def _weights(self):
        moves = [np.eye(self.slots, k=move) for move in MOVES]  # (moves, from slot, to slot)
        moves = ops.tensordot(self._cast(self.moves), self._cast(np.array(moves)), axes=1)
        context = ops.split(ops.cast(self.context_kernel, self.compute_dtype), 3, axis=-1)
        recurrent = self._split(ops.cast(self.recurrent_kernel, self.compute_dtype))
        return recurrent, self._cast(self.reset_bias), context, moves

    def compute_output_shape(self, condition_shape, history_shape, memory_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "slots": self.slots}


def _constant(values):
    return lambda shape, dtype=None: ops.cast(values, dtype)
