"""Recurrent decoder that never sees what has been decoded."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_shape


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class HistorylessGRUDecoder(keras.layers.Layer):
    """States of a recurrent decoder that runs on its condition alone.

    ```
    h_0 = tanh(W c + b)
    h_t = GRU(c, h_{t-1})                     t = 1 .. T
    ```

    where `c` is the condition (the latent vector and whatever else is given), the same at every
    step. The states differ because the recurrence moves on. Every symbol is predicted from its
    own state, independently of all other symbols:

    ```
    p(x_t = k | c) = softmax(V h_t)_k
    ```

    So there is no language model in such a decoder: what it knows of a sequence it has from `c`.
    Decoding takes one pass, and the recurrence may run in both directions. Forward and backward
    states are then concatenated; the backward one begins at the last step with a start state of
    its own, `h_{T+1} = tanh(W' c + b')`.

    Args:
        units: units of each direction, a positive integer.
        bidirectional: whether to run in both directions.
        length: number of steps of the recurrence, a positive integer, or `None` for the
            `length` of each call. Backward states begin at the last step: give a `length` that
            covers the longest sequence to make them the same for a short and a long batch, in
            training and in decoding.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        condition: `(batch, condition_dim)`.
        length: number `T` of states, an integer or a scalar integer tensor; at most the layer's
            `length`, which is the default.

    Output shape:
        `(batch, T, units)`, or `(batch, T, 2 * units)` if bidirectional.

    Raises:
        ValueError: a size is not a positive integer, the condition is not of rank 2, there is
            no length, or it exceeds the layer's.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import HistorylessGRUDecoder

    decoder = HistorylessGRUDecoder(units=8, bidirectional=True, length=20)
    assert decoder(np.zeros((2, 3)), length=5).shape == (2, 5, 16)
    ```
    """

    units, bidirectional, length = Fixed(), Fixed(), Fixed()

    def __init__(
        self, units: int, bidirectional: bool = False, length: int | None = None, **kwargs
    ):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.bidirectional = bool(bidirectional)
        self.length = None if length is None else check_integer("length", length, low=1)
        # Attributes, not lists of lists: up to 3.12 Keras saves no weights from within those.
        self.forward_start, self.forward = self._direction("forward")
        if self.bidirectional:
            self.backward_start, self.backward = self._direction("backward")

    def _direction(self, name):
        policy = self.dtype_policy
        start = keras.layers.Dense(
            self.units, activation="tanh", dtype=policy, name=f"{name}_start"
        )
        return start, keras.layers.GRU(self.units, return_sequences=True, dtype=policy, name=name)

    def build(self, condition_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        inputs_shape = (condition_shape[0], self.length, condition_shape[1])
        self.forward_start.build(condition_shape)
        self.forward.build(inputs_shape)
        if self.bidirectional:
            self.backward_start.build(condition_shape)
            self.backward.build(inputs_shape)
        super().build(condition_shape)

    def call(self, condition, length=None):
        length = self._checked(length)
        states = _run(self.forward_start, self.forward, condition, length)
        if self.bidirectional:
            # Run from the last step there is, then cut: see `length` in the docstring.
            steps = length if self.length is None else self.length
            backward = _run(self.backward_start, self.backward, condition, steps)
            states = ops.concatenate([states, ops.flip(backward, axis=1)[:, :length]], axis=-1)
        return states

    def _checked(self, length):
        """The number of states to return, an integer or a scalar tensor."""
        length = self.length if length is None else length
        if length is None:
            raise ValueError(
                "HistorylessGRUDecoder must be told how many steps to run: give `length` to the "
                "layer or to the call."
            )
        if isinstance(length, int):
            check_integer("length", length, low=1)
            if self.length is not None and length > self.length:
                raise ValueError(
                    f"`length` must be at most the layer's length, {self.length}. "
                    f"Received: length={length}"
                )
        return length

    def compute_output_shape(self, condition_shape):
        return (condition_shape[0], self.length, self.units * (1 + self.bidirectional))

    def compute_output_spec(self, condition, length=None):
        length = self._checked(length)
        batch, _, dim = self.compute_output_shape(condition.shape)
        length = length if isinstance(length, int) else None
        return keras.KerasTensor((batch, length, dim), dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "bidirectional": self.bidirectional,
            "length": self.length,
        }


def _run(start, gru, condition, steps):
    batch, condition_dim = ops.shape(condition)
    inputs = ops.broadcast_to(condition[:, None, :], (batch, steps, condition_dim))
    return gru(inputs, initial_state=start(condition))
