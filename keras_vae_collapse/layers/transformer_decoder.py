"""Autoregressive Transformer decoder."""

import keras
import tensorflow as tf
from keras import ops

from keras_vae_collapse.core.checks import check_choice, check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_not_symbolic, check_shape
from keras_vae_collapse.layers.prepared_steps import PreparedSteps
from keras_vae_collapse.layers.transformer_stack import POSITIONS, TransformerStack

Z_INPUTS = ("prefix", "embedding", "memory")


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class TransformerDecoder(PreparedSteps, keras.layers.Layer):
    """States of a Transformer given a condition and the embedded history.

    Every position attends to itself and to those before it. The condition `z` (the latent vector
    and whatever else is given) enters as `z_input` says:

    ```
    prefix       x = [V z ; W e_1 ; .. ; W e_T]            a position before all others
    embedding    x_t = W e_t + V z                         added at every position
    memory       x_t = W e_t,  memory = V z                slots that each block attends to

    x_0 = drop(sqrt(units) x + p)
    a   = x_{l-1} + drop(CausalSelfAttention(norm(x_{l-1})))
    b   = a + drop(Attention(norm(a), memory))             with a memory
    x_l = b + drop(W_2 relu(W_1 norm(b) + b_1) + b_2)      l = 1 .. layers
    h   = norm(x_L)
    ```

    where `e_t` is the embedded symbol before position `t` and `p` the positions. Nothing else
    reaches the states: all that the decoder knows of the source passes through the condition.
    Decoding keeps keys and values of the symbols so far, so that a step computes one position.

    Args:
        units: size of the states, a multiple of `heads`.
        layers: number of blocks, at least 1.
        heads: number of attention heads, at least 1.
        feed_forward_units: size of the hidden layer of each block, by default `4 units`.
        z_input: `"prefix"`, `"embedding"` or `"memory"`.
        memory_slots: number of slots that a memory is made of, each a map of all of `z`.
        positions: `"sinusoidal"` or `"learned"`.
        max_length: most symbols of a sequence, end symbol included. Learned positions need it.
        dropout: rate of the dropout of the inputs and of what each part of a block adds, in
            [0, 1].
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        condition: `(batch, condition_dim)`.
        history: embedded symbols `(batch, length, embedding_dim)`, shifted right by one.
        training: whether to drop.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: an argument is out of range, `units` is no multiple of `heads`, positions are
            learned without a `max_length`, a rank is wrong, or the history is too long.

    References: Vaswani et al. 2017, arXiv:1706.03762; normalised before each part: Xiong et al.
    2020, arXiv:2002.04745; `z` as memory and added to embeddings: Li et al. 2020 (Optimus),
    arXiv:2004.04092; in place of the LSTM of Bowman et al. 2015, arXiv:1511.06349.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import TransformerDecoder

    decoder = TransformerDecoder(units=8, layers=2, heads=2, z_input="memory")
    states = decoder(np.zeros((2, 3)), np.zeros((2, 5, 4)))
    assert states.shape == (2, 5, 8)
    ```
    """

    units, layers, heads, feed_forward_units = Fixed(), Fixed(), Fixed(), Fixed()
    z_input, memory_slots, positions, max_length = Fixed(), Fixed(), Fixed(), Fixed()
    seed = Fixed()

    def __init__(
        self,
        units: int,
        layers: int = 2,
        heads: int = 4,
        feed_forward_units: int | None = None,
        z_input: str = "prefix",
        memory_slots: int = 4,
        positions: str = "sinusoidal",
        max_length: int | None = None,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        self.layers = check_integer("layers", layers, low=1)
        self.heads = check_integer("heads", heads, low=1)
        self.feed_forward_units = feed_forward_units
        self.z_input = check_choice("z_input", z_input, Z_INPUTS)
        self.memory_slots = check_integer("memory_slots", memory_slots, low=1)
        self.positions = check_choice("positions", positions, POSITIONS)
        self.max_length = max_length
        self.seed = seed
        policy = self.dtype_policy
        self.stack = TransformerStack(
            units,
            layers,
            heads,
            feed_forward_units,
            check_rate("dropout", dropout),
            z_input == "memory",
            positions,
            max_length,
            extra=int(z_input == "prefix"),
            seed=seed,
            dtype=policy,
            name="stack",
        )
        self.embed = keras.layers.Dense(units, use_bias=False, dtype=policy, name="embed")
        given_dim = memory_slots * units if z_input == "memory" else units
        self.give = keras.layers.Dense(given_dim, dtype=policy, name="give")

    @property
    def dropout(self):
        """Rate of the dropout; it can be assigned at any time."""
        return self.stack.dropout

    @dropout.setter
    def dropout(self, rate):
        self.stack.dropout = rate

    def build(self, condition_shape, history_shape):
        check_shape("condition", condition_shape, "batch", "condition_dim")
        check_shape("history", history_shape, "batch", "length", "embedding_dim")
        self.give.build(condition_shape)
        self.embed.build(history_shape)
        states_shape = self.compute_output_shape(condition_shape, history_shape)
        self.stack.build(states_shape, (states_shape[0], self.memory_slots, self.units))
        super().build((condition_shape, history_shape))

    def call(self, condition, history, training=None):
        x, given, memory = self.embed(history), self.give(condition), None
        if self.z_input == "prefix":
            x = ops.concatenate([given[:, None], x], axis=1)
        elif self.z_input == "embedding":
            x = x + given[:, None]
        else:
            memory = self._slots(given)
        states = self.stack(x, memory=memory, causal=True, training=training)
        return states[:, 1:] if self.z_input == "prefix" else states

    def _slots(self, given):
        return ops.reshape(given, (-1, self.memory_slots, self.units))

    def initial_state(self, condition, length=None):
        """The state before the first step.

        Args:
            condition: `(batch, condition_dim)`.
            length: most steps, end symbol included; by default `max_length`.

        Returns:
            A dictionary of tensors `(batch, ...)`: how many positions there are so far, the output
            at the last of them, and the keys and values of each block.
        """
        check_not_symbolic("initial_state", condition)
        length = self.max_length if length is None else length
        if length is None:
            raise ValueError(
                "TransformerDecoder must be told how many steps to keep room for: give `length` "
                "to `initial_state` or `max_length` to the layer."
            )
        batch = ops.shape(condition)[0]
        state = {
            "count": tf.zeros([batch], tf.int32),
            "output": ops.zeros((batch, self.units), self.compute_dtype),
            "caches": self.stack.empty_caches(batch, length + self.stack.extra),
        }
        if self.z_input == "prefix":
            state = self._advance(self.give(condition), {}, state)
        return state

    def step(self, condition, embedded, state):
        """One step of decoding: embedded symbols `(batch, embedding_dim)` to the next state.

        The output is `state_output(state)`.
        """
        check_not_symbolic("step", condition, embedded)
        return self._advance(self.embed(embedded), self._rows(condition), state)

    def state_output(self, state):
        """What `call` returns for the last position of a state, `(batch, units)`."""
        return state["output"]

    def _projected(self, embedded):
        return self.embed(embedded)

    def _rows(self, condition):
        """What every step needs of the condition, a dictionary of tensors `(batch, ...)`."""
        if self.z_input == "prefix":
            return {}
        given = self.give(condition)
        if self.z_input == "embedding":
            return {"added": given}
        return {"memories": self.stack.memory_caches(self._slots(given))}

    def _advance(self, x, rows, state):
        """The state after one more position `(batch, units)`."""
        if "added" in rows:
            x = x + rows["added"]
        output, caches = self.stack.step(x, state["count"], state["caches"], rows.get("memories"))
        return {"count": state["count"] + 1, "output": output, "caches": caches}

    def compute_output_shape(self, condition_shape, history_shape):
        return (*history_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "layers": self.layers,
            "heads": self.heads,
            "feed_forward_units": self.feed_forward_units,
            "z_input": self.z_input,
            "memory_slots": self.memory_slots,
            "positions": self.positions,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "seed": self.seed,
        }
