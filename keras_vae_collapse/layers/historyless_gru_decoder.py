"""Recurrent decoder that never sees what has been decoded."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class HistorylessGRUDecoder(keras.layers.Layer):
    """States of a recurrent decoder that runs on its condition alone.

    ```
    h_0 = tanh(W c + b)
    h_t = GRU(c, h_{t-1})                     t = 1 .. T
    ```

    where `c` is the condition (the latent vector, joined with whatever else the decoder may
    know), the same at every step. The states differ because the recurrence moves on. Every
    symbol is predicted from its own state, independently of all other symbols:

    ```
    p(x_t = k | c) = softmax(V h_t)_k
    ```

    (historyless decoding, form 2; a language model cannot hide in such a decoder, so what it
    knows of a word it has from `z`). Nothing runs from left to right in the output: decoding
    takes one pass, and the recurrence may run in both directions. Forward and backward states
    are then concatenated; the backward one begins at the last step with a start state of its
    own, `h_{T+1} = tanh(W' c + b')`.

    Args:
        units: units of each direction, a positive integer.
        bidirectional: whether to run in both directions.
        length: number of steps of the recurrence, a positive integer, or `None` for as many as
            are asked for in the call. Backward states count from the last step: give a
            `length` that covers the longest sequence to make them the same for a short and a
            long batch, in training and in decoding.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        condition: `(batch, condition_dim)`.
        sequence: any tensor `(batch, T, ...)`, such as target ids: only its length counts.
        length: number `T` of states wanted, an integer or a scalar integer tensor; at most the
            layer's `length`. By default that of `sequence`, or else the layer's.

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

    def __init__(self, units, bidirectional=False, length=None, **kwargs):
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

    def _directions(self):
        directions = [(self.forward_start, self.forward)]
        if self.bidirectional:
            directions.append((self.backward_start, self.backward))
        return directions

    def build(self, condition_shape, sequence_shape=None):
        if len(condition_shape) != 2:
            raise ValueError(
                "`condition` must have shape (batch, condition_dim). "
                f"Received: shape={tuple(condition_shape)}"
            )
        for start, gru in self._directions():
            start.build(condition_shape)
            gru.build((condition_shape[0], self.length, condition_shape[1]))
        super().build((condition_shape, sequence_shape))

    def call(self, condition, sequence=None, length=None):
        length = self._wanted(ops.shape(sequence)[1] if sequence is not None else None, length)
        states = self._run(condition, self._directions()[0], length)
        if self.bidirectional:
            # Run from the last step there is, then cut: see `length` in the docstring.
            steps = length if self.length is None else self.length
            backward = ops.flip(self._run(condition, self._directions()[1], steps), axis=1)
            states = ops.concatenate([states, backward[:, :length]], axis=-1)
        return states

    def _run(self, condition, direction, steps):
        start, gru = direction
        batch, condition_dim = ops.shape(condition)
        inputs = ops.broadcast_to(condition[:, None, :], (batch, steps, condition_dim))
        return gru(inputs, initial_state=start(condition))

    def _wanted(self, sequence_length, length):
        """The number of states to return, an integer or a scalar tensor."""
        if length is None:
            length = self.length if sequence_length is None else sequence_length
        if length is None:
            raise ValueError(
                "HistorylessGRUDecoder must be told how many steps to run: give `length` to the "
                "layer or to the call, or a `sequence` of that length."
            )
        if isinstance(length, int):
            check_integer("length", length, low=1)
            if self.length is not None and length > self.length:
                raise ValueError(
                    f"`length` must be at most the layer's length, {self.length}. "
                    f"Received: length={length}"
                )
        return length

    def compute_output_shape(self, condition_shape, sequence_shape=None):
        length = self.length if sequence_shape is None else sequence_shape[1]
        return (condition_shape[0], length, self.units * (1 + self.bidirectional))

    def compute_output_spec(self, condition, sequence=None, length=None):
        if isinstance(length, int):
            sequence_shape = (None, self._wanted(None, length))
        elif length is not None:
            sequence_shape = (None, None)
        else:
            sequence_shape = None if sequence is None else sequence.shape
        shape = self.compute_output_shape(condition.shape, sequence_shape)
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "bidirectional": self.bidirectional,
            "length": self.length,
        }
