"""Autoregressive GRU decoder with location-aware attention to slots of a latent vector."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.aligned_recurrence import (
    Slots,
    Weights,
    aligned_states,
    aligned_states_for_training,
    aligned_step,
)
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape
from keras_vae_collapse.layers.gru_recurrence import exact_type, product

# By how many slots the attention may shift in a step, and the initial score of a shift by one: the
# weight of the next slot is then e^6 = 400 times that of another.
SHIFTS = (-2, -1, 0, 1, 2, 3, 4, 5)
INITIAL_SCORE = 6.0


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class AlignedGRUDecoder(keras.layers.Layer):
    """States of a recurrent decoder whose attention moves along slots from step to step.

    ```
    query_t = W_q [e_t ; c] + U_q h_{t-1} + b_q
    a_t     = softmax over k of query_t . (s_k + p_k) / sqrt(dim) + sum_j w_j a_{t-1, k-j}
    h_t     = GRU([e_t ; c ; sum_k a_tk s_k], h_{t-1})
    h_0     = tanh(W c + b)
    ```

    with the condition `c`, the embedded symbol `e_t` before position `t`, the slots `s_k`, a
    learned vector `p_k` for the position of each, and learned scores `w_j` of a shift by `j` slots,
    `j = -2 .. 5`. Before training the attention is monotonic: it starts at the first slot and
    shifts by one at each step. A symbol that is inserted or left out shifts the attention of all
    later steps; with attention by content alone the states would have to count. The context
    reaches the state of the same step.

    The attention is computed in float32 or better, whatever the precision policy.

    (Attention inside the recurrence: Bahdanau et al. 2015, arXiv:1409.0473; location-aware
    attention: Chorowski et al. 2015, arXiv:1506.07503.)

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
        ValueError: `units` or `slots` is not a positive integer, a rank is wrong, or `memory` does
            not hold `slots` slots.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import AlignedGRUDecoder

    decoder = AlignedGRUDecoder(units=8, slots=6)
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)), np.ones((2, 6, 7)))
    assert states.shape == (2, 5, 8)
    ```
    """

    units, slots = Fixed(), Fixed()

    def __init__(self, units: int, slots: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.slots = check_integer("slots", slots, low=1)
        self.start = keras.layers.Dense(
            units, activation="tanh", dtype=self.dtype_policy, name="start"
        )

    def build(self, condition_shape, history_shape, memory_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        check_shape("history", history_shape, "batch", "length", "embedding_dim")
        check_shape("memory", memory_shape, "batch", self.slots, "dim")
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
        self.positions = self.add_weight(
            name="positions",
            shape=(self.slots, dim),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        self.shifts = self._scores("shifts", np.array(SHIFTS) == 1)
        self.first = self._scores("first", np.arange(self.slots) == 0)
        super().build((condition_shape, history_shape, memory_shape))

    def _scores(self, name, likely):
        return self.add_weight(
            name=name,
            shape=likely.shape,
            initializer=lambda shape, dtype=None: ops.cast(INITIAL_SCORE * likely, dtype),
            dtype="float32",
            autocast=False,
        )

    def call(self, condition, history, memory, training=None):
        length = ops.shape(history)[1]
        repeated = ops.repeat(condition[:, None, :], length, axis=1)
        inputs = ops.concatenate([self._cast(history), self._cast(repeated)], axis=-1)
        inputs = ops.transpose(inputs, (1, 0, 2))  # (length, batch, dim)
        flat = ops.reshape(inputs, (-1, inputs.shape[-1]))
        x = [ops.reshape(v, (length, -1, v.shape[-1])) for v in self._project(flat)]
        h_0, location = ops.split(self.initial_state(condition), [self.units], axis=-1)
        recurrence = aligned_states_for_training if training else aligned_states
        states, _ = recurrence(x, h_0, location, self._slots(memory), self._weights())
        return ops.cast(ops.transpose(states, (1, 0, 2)), self.compute_dtype)

    def initial_state(self, condition):
        """State and location scores before the first step, `(batch, units + slots)`."""
        check_not_symbolic("initial_state", condition)
        h_0 = self._cast(self.start(condition))
        location = ops.broadcast_to(self._cast(self.first), (ops.shape(h_0)[0], self.slots))
        return ops.concatenate([h_0, location], axis=-1)

    def step(self, condition, embedded, memory, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state.

        Returns:
            State and location scores, `(batch, units + slots)`; the former are the first `units`.
        """
        check_not_symbolic("step", condition, embedded, memory, state)
        h, location = ops.split(state, [self.units], axis=-1)
        inputs = ops.concatenate([self._cast(embedded), self._cast(condition)], axis=-1)
        x = self._project(inputs)
        h, location, _ = aligned_step(x, h, location, self._slots(memory), self._weights())
        return ops.concatenate([h, location], axis=-1)

    def prepare_steps(self, condition, embeddings, memory):
        """As that of `GRUDecoder`, with a memory `(batch, slots, dim)` besides."""
        check_not_symbolic("prepare_steps", condition, embeddings, memory)
        kernel = ops.cast(self.kernel, self.compute_dtype)
        of_history, of_condition = ops.split(kernel, [embeddings.shape[-1]], axis=0)
        table = self._cast(ops.matmul(embeddings, of_history))
        given = self._cast(ops.matmul(condition, of_condition)) + self._cast(self.bias)
        slots, weights = self._slots(memory), self._weights()
        rows = {"given": given, **slots._asdict()}

        def step(ids, rows, state):
            h, location = ops.split(state, [self.units], axis=-1)
            x = self._split(ops.take(table, ids, axis=0) + rows["given"])
            slots = Slots(rows["key"], rows["memory"])
            h, location, _ = aligned_step(x, h, location, slots, weights)
            return ops.concatenate([h, location], axis=-1)

        return rows, step

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
        memory = self._cast(memory)
        scale = memory.shape[-1] ** -0.5
        return Slots(key=(memory + self._cast(self.positions)) * scale, memory=memory)

    def _weights(self):
        shifted = np.array([np.eye(self.slots, k=shift) for shift in SHIFTS])  # (shift, from, to)
        return Weights(
            U=self._split(ops.cast(self.recurrent_kernel, self.compute_dtype)),
            b_n=self._cast(self.reset_bias),
            C=ops.split(ops.cast(self.context_kernel, self.compute_dtype), 3, axis=-1),
            T=ops.tensordot(self._cast(self.shifts), self._cast(shifted), axes=1),
        )

    def compute_output_shape(self, condition_shape, history_shape, memory_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "slots": self.slots}
