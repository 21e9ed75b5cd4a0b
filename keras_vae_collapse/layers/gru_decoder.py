"""Autoregressive GRU decoder that sees its condition at every step."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape
from keras_vae_collapse.layers.gru import GRU
from keras_vae_collapse.layers.gru_recurrence import exact_type, gru_step


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GRUDecoder(keras.layers.Layer):
    """States of a recurrent decoder given a condition and the embedded history.

    ```
    h_0 = tanh(W c + b)
    h_t = GRU([e_t ; c], h_{t-1})
    ```

    where `c` is the condition (the latent vector and whatever else is given) and `e_t` the
    embedded symbol before position `t`. Nothing else reaches the states: with `c = z` all that
    the decoder knows of the source passes through `z`.

    Args:
        units: size of the states.

    Call arguments:
        condition: `(batch, condition_dim)`.
        history: embedded symbols `(batch, length, embedding_dim)`, shifted right by one.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    Reference: Bowman et al. 2015, arXiv:1511.06349.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUDecoder

    decoder = GRUDecoder(units=8)
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)))
    assert states.shape == (2, 5, 8)
    ```
    """

    units = Fixed()

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        policy = self.dtype_policy
        self.start = keras.layers.Dense(units, activation="tanh", dtype=policy, name="start")
        self.gru = GRU(units, return_sequences=True, dtype=policy, name="gru")

    def build(self, condition_shape, history_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        check_shape("history", history_shape, "batch", "length", "embedding_dim")
        self.start.build(condition_shape)
        self.gru.build((*history_shape[:-1], history_shape[-1] + condition_shape[-1]))
        super().build((condition_shape, history_shape))

    def call(self, condition, history, training=None):
        length = ops.shape(history)[1]
        repeated = ops.repeat(condition[:, None, :], length, axis=1)  # (batch, length, condition)
        return self.gru(
            ops.concatenate([history, ops.cast(repeated, history.dtype)], axis=-1),
            initial_state=self.start(condition),
            training=training,
        )

    def initial_state(self, condition):
        """The state `h_0`, `(batch, units)`, to begin a decoding with `step`."""
        # As in `call`, states are not rounded to half precision.
        return ops.cast(self.start(condition), exact_type(self.compute_dtype))

    def step(self, condition, embedded, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state."""
        inputs = ops.concatenate([embedded, ops.cast(condition, embedded.dtype)], axis=-1)
        half = ops.cast(state, self.compute_dtype)
        _, (half,) = self.gru.cell(inputs, [half], training=False)
        return ops.cast(half, state.dtype)

    def prepare_steps(self, condition, embeddings):
        """What makes the steps of a decoding cheap: products that no step changes, made once.

        Args:
            condition: `(batch, condition_dim)`.
            embeddings: the embedded symbols of the vocabulary, `(vocabulary, embedding_dim)`.

        Returns:
            `(rows, step)`: a nest of tensors `(batch, ...)` that no step changes, and
            `step(ids, rows, state) -> state`, as `step` but for the ids of the symbols.
        """
        check_not_symbolic("prepare_steps", condition, embeddings)
        cell = self.gru.cell
        kernel, U = (ops.cast(w, self.compute_dtype) for w in (cell.kernel, cell.recurrent_kernel))
        of_history, of_condition = ops.split(kernel, [embeddings.shape[-1]], axis=0)
        bias = ops.cast(cell.bias, exact_type(self.compute_dtype))
        table = ops.cast(ops.matmul(embeddings, of_history), bias.dtype)
        given = ops.cast(ops.matmul(condition, of_condition), bias.dtype) + bias[0]

        def step(ids, given, state):
            x = ops.take(table, ids, axis=0) + given
            return gru_step(x, state, U, bias[1])

        return given, step

    def compute_output_shape(self, condition_shape, history_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
