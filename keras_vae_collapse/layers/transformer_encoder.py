"""Transformer encoder of sequences."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_choice, check_integer, check_rate
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_shape
from keras_vae_collapse.layers.transformer_stack import POSITIONS, TransformerStack

POOLINGS = ("mean", "first")


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class TransformerEncoder(keras.layers.Layer):
    """Reads a sequence with a Transformer and returns one vector of it.

    ```
    x   = [W e_1 ; .. ; W e_n],   e_i = E[x_i]
    x_0 = drop(sqrt(units) x + p)
    a   = x_{l-1} + drop(SelfAttention(norm(x_{l-1})))
    x_l = a + drop(W_2 relu(W_1 norm(a) + b_1) + b_2)      l = 1 .. layers
    h   = mean over i of norm(x_L)_i                       pooling "mean"
    ```

    with the positions `p`. With the pooling `"first"` a learned vector stands before the sequence,
    and `h` is the state at its position. Padding is neither attended to nor averaged.

    Args:
        vocabulary_size: number of symbols, padding included; at least 2.
        units: size of the states and of the output, a multiple of `heads`.
        embedding_dim: size of the embedded symbols.
        layers: number of blocks, at least 1.
        heads: number of attention heads, at least 1.
        feed_forward_units: size of the hidden layer of each block, by default `4 units`.
        pooling: `"mean"` or `"first"`.
        positions: `"sinusoidal"` or `"learned"`.
        max_length: most symbols of a sequence. Learned positions need it.
        dropout: rate of the dropout of the inputs and of what each part of a block adds, in
            [0, 1].
        seed: seed of the dropout, an integer or `None`.

    Call arguments:
        ids: integer ids `(batch, length)`, padded on the right with 0. The mean of an empty
            sequence is zero.
        training: whether to drop.

    Output shape:
        `(batch, units)`.

    Raises:
        ValueError: an argument is out of range, `units` is no multiple of `heads`, positions are
            learned without a `max_length`, the ids are not of rank 2, or there are too many.

    References: Vaswani et al. 2017, arXiv:1706.03762; normalised before each part as in Xiong et
    al. 2020, arXiv:2002.04745; a first position for the whole sequence: Devlin et al. 2019,
    arXiv:1810.04805.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import TransformerEncoder

    encoder = TransformerEncoder(vocabulary_size=10, units=8, heads=2)
    assert encoder(np.array([[4, 5, 3], [6, 3, 0]])).shape == (2, 8)
    ```
    """

    vocabulary_size, units, embedding_dim = Fixed(), Fixed(), Fixed()
    layers, heads, feed_forward_units = Fixed(), Fixed(), Fixed()
    pooling, positions, max_length, seed = Fixed(), Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        vocabulary_size: int,
        units: int,
        embedding_dim: int = 64,
        layers: int = 2,
        heads: int = 4,
        feed_forward_units: int | None = None,
        pooling: str = "mean",
        positions: str = "sinusoidal",
        max_length: int | None = None,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.vocabulary_size = check_integer("vocabulary_size", vocabulary_size, low=2)
        self.units = check_integer("units", units, low=1)
        self.embedding_dim = check_integer("embedding_dim", embedding_dim, low=1)
        self.layers = check_integer("layers", layers, low=1)
        self.heads = check_integer("heads", heads, low=1)
        self.feed_forward_units = feed_forward_units
        self.pooling = check_choice("pooling", pooling, POOLINGS)
        self.positions = check_choice("positions", positions, POSITIONS)
        self.max_length = max_length
        self.seed = seed
        policy = self.dtype_policy
        self.embedding = keras.layers.Embedding(
            vocabulary_size, embedding_dim, dtype=policy, name="embedding"
        )
        self.embed = keras.layers.Dense(units, use_bias=False, dtype=policy, name="embed")
        self.stack = TransformerStack(
            units,
            layers,
            heads,
            feed_forward_units,
            check_rate("dropout", dropout),
            positions=positions,
            max_length=max_length,
            extra=int(pooling == "first"),
            seed=seed,
            dtype=policy,
            name="stack",
        )

    @property
    def dropout(self):
        """Rate of the dropout; it can be assigned at any time."""
        return self.stack.dropout

    @dropout.setter
    def dropout(self, rate):
        self.stack.dropout = rate

    def build(self, input_shape):
        check_shape("ids", input_shape, "batch", "length")
        self.embedding.build(input_shape)
        self.embed.build((*input_shape, self.embedding_dim))
        if self.pooling == "first":
            self.first = self.add_weight(
                name="first",
                shape=(self.units,),
                initializer=keras.initializers.RandomNormal(stddev=self.units**-0.5),
            )
        self.stack.build((*input_shape, self.units))
        super().build(input_shape)

    def call(self, ids, training=None):
        return self.encode_embedded(self.embedding(ids), ops.not_equal(ids, 0), training)

    def encode_embedded(self, embedded, mask, training=None):
        """What `call` gives of ids, for embedded symbols; as for `GRUEncoder`."""
        x, visible = self.embed(embedded), mask
        if self.pooling == "first":
            first = ops.broadcast_to(self.first, (ops.shape(mask)[0], 1, self.units))
            x = ops.concatenate([ops.cast(first, x.dtype), x], axis=1)
            visible = ops.pad(visible, ((0, 0), (1, 0)), constant_values=True)
        states = self.stack(x, visible=visible, training=training)
        if self.pooling == "first":
            return states[:, 0]
        weights = ops.cast(visible, states.dtype)[..., None]  # (batch, length, 1)
        return ops.sum(weights * states, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "units": self.units,
            "embedding_dim": self.embedding_dim,
            "layers": self.layers,
            "heads": self.heads,
            "feed_forward_units": self.feed_forward_units,
            "pooling": self.pooling,
            "positions": self.positions,
            "max_length": self.max_length,
            "dropout": self.dropout,
            "seed": self.seed,
        }
