"""One block of a Transformer, over a sequence at once or one position after the other."""

import keras
from keras import ops

from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.dropout_rate import DropoutRate
from keras_vae_collapse.layers.gru_recurrence import exact_type


class TransformerBlock(DropoutRate, keras.layers.Layer):
    """Self-attention, attention to a memory if there is one, and a feed-forward network.

    ```
    a = x + drop(SelfAttention(norm(x)))
    b = a + drop(Attention(norm(a), memory))
    y = b + drop(W_2 relu(W_1 norm(b) + b_1) + b_2)
    ```

    (Vaswani et al. 2017, arXiv:1706.03762, normalised before each part as in Xiong et al. 2020,
    arXiv:2002.04745.)

    Args:
        units: size of the states, a multiple of `heads`.
        heads: number of attention heads.
        feed_forward_units: size of the hidden layer of the feed-forward network.
        dropout: rate of the dropout of what each part adds.
        reads_memory: whether there is a memory.
        seed: seed of the dropout.

    Call arguments:
        x: `(batch, length, units)`.
        memory: `(batch, slots, units)`, or `None`.
        visible: the positions that can be attended to, `(batch, length)`, or `None` for all.
        causal: whether no position attends to a later one.
        training: whether to drop.

    Output shape:
        `(batch, length, units)`.
    """

    def __init__(
        self, units, heads, feed_forward_units, dropout=0.0, reads_memory=False, seed=None, **kwargs
    ):
        super().__init__(**kwargs)
        policy = self.dtype_policy

        def normalization(name):
            return keras.layers.LayerNormalization(epsilon=1e-5, dtype=policy, name=name)

        def attention(name):
            return keras.layers.MultiHeadAttention(heads, units // heads, dtype=policy, name=name)

        self.attention_norm = normalization("attention_norm")
        self.attention = attention("attention")
        self.memory_norm = self.memory_attention = None
        if reads_memory:
            self.memory_norm = normalization("memory_norm")
            self.memory_attention = attention("memory_attention")
        self.feed_norm = normalization("feed_norm")
        self.widen = keras.layers.Dense(
            feed_forward_units, activation="relu", dtype=policy, name="widen"
        )
        self.narrow = keras.layers.Dense(units, dtype=policy, name="narrow")
        self.drop = Dropout(dropout, seed=seed, dtype=policy, name="drop")

    def build(self, x_shape, memory_shape=None):
        self.attention_norm.build(x_shape)
        self.attention.build(x_shape, x_shape)
        if self.memory_attention is not None:
            self.memory_norm.build(x_shape)
            self.memory_attention.build(x_shape, memory_shape)
        self.feed_norm.build(x_shape)
        self.widen.build(x_shape)
        self.narrow.build((*x_shape[:-1], self.widen.units))
        self.drop.build(x_shape)
        super().build(x_shape)

    def call(self, x, memory=None, visible=None, causal=False, training=None):
        h = self.attention_norm(x)
        mask = None if visible is None else visible[:, None, :]  # (batch, from, to)
        found = self.attention(h, h, attention_mask=mask, use_causal_mask=causal)
        x = x + self.drop(found, training=training)
        if memory is not None:
            found = self.memory_attention(self.memory_norm(x), memory)
            x = x + self.drop(found, training=training)
        return x + self.drop(self._fed(x), training=training)

    def _fed(self, x):
        return self.narrow(self.widen(self.feed_norm(x)))

    def empty_cache(self, batch, length):
        """Keys and values of no position yet, with room for `length`; see `step`."""
        heads, dim = self.attention.num_heads, self.attention.key_dim
        return {
            "keys": ops.zeros((batch, heads, dim, length), self.compute_dtype),
            "values": ops.zeros((batch, heads, length, dim), self.compute_dtype),
        }

    def memory_cache(self, memory):
        """Keys and values of a memory `(batch, slots, units)`."""
        return _keys_and_values(self.memory_attention, memory)

    def step(self, x, t, cache, memory=None):
        """As `call` without dropout, for the next position of every example.

        Args:
            x: `(batch, units)`.
            t: how many positions there are before, `(batch,)`.
            cache: their keys and values, see `empty_cache`.
            memory: keys and values of the memory, see `memory_cache`, or `None`.

        Returns:
            `(y, cache)`, the latter with the keys and values of this position.
        """
        h = self.attention_norm(x)[:, None]
        new = _keys_and_values(self.attention, h)
        positions = ops.arange(cache["keys"].shape[-1] or ops.shape(cache["keys"])[-1])
        here = ops.equal(positions, t[:, None])[:, None]  # (batch, 1, length)
        cache = {
            "keys": ops.where(here[:, :, None, :], new["keys"], cache["keys"]),
            "values": ops.where(here[..., None], new["values"], cache["values"]),
        }
        before = ops.less_equal(positions, t[:, None])[:, None, None]  # (batch, 1, 1, length)
        x = x + _attended(self.attention, h, cache, before)
        if memory is not None:
            x = x + _attended(self.memory_attention, self.memory_norm(x)[:, None], memory)
        return x + self._fed(x), cache


def _keys_and_values(attention, source):
    """Of a source `(batch, length, units)`, in the order of axes in which steps multiply them."""
    return {
        "keys": ops.transpose(attention.key_dense(source), (0, 2, 3, 1)),
        "values": ops.transpose(attention.value_dense(source), (0, 2, 1, 3)),
    }


def _attended(attention, query, cache, visible=None):
    """What is found from one query an example, `(batch, 1, units)`: `(batch, units)`."""
    query = ops.transpose(attention.query_dense(query), (0, 2, 1, 3))  # (batch, heads, 1, dim)
    exact = exact_type(query.dtype.name)
    scores = ops.cast(ops.matmul(query, cache["keys"]), exact) * attention.key_dim**-0.5
    if visible is not None:
        scores = ops.where(visible, scores, -1e9)
    weights = ops.cast(ops.softmax(scores, axis=-1), query.dtype)
    found = ops.matmul(weights, cache["values"])
    return attention.output_dense(ops.transpose(found, (0, 2, 1, 3)))[:, 0]
