"""The blocks of a Transformer with what comes before and after them."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.dropout_rate import DropoutRate
from keras_vae_collapse.layers.positions import position_vectors
from keras_vae_collapse.layers.transformer_block import TransformerBlock

POSITIONS = ("sinusoidal", "learned")


class TransformerStack(DropoutRate, keras.layers.Layer):
    """Positions are added, blocks follow one another, and the last states are normalised.

    ```
    x_0 = drop(sqrt(units) x + p),   x_l = Block_l(x_{l-1}),   y = norm(x_L)
    ```

    Args:
        units: size of the states.
        layers: number of blocks.
        heads, dropout, reads_memory: as for `TransformerBlock`.
        feed_forward_units: as for `TransformerBlock`, or `None` for `4 units`.
        positions: `"sinusoidal"` or `"learned"`.
        max_length: most positions, or `None` for any number of sinusoidal ones.
        extra: number of further positions, before those that `max_length` counts.
        seed: seed of the dropout.

    Call arguments:
        x, memory, visible, causal, training: as for `TransformerBlock`.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `units` is no multiple of `heads`, a size is not a positive integer, positions
            are learned without a `max_length`, or there are more of them.
    """

    def __init__(
        self,
        units,
        layers,
        heads,
        feed_forward_units=None,
        dropout=0.0,
        reads_memory=False,
        positions="sinusoidal",
        max_length=None,
        extra=0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if units % heads:
            raise ValueError(
                f"`units` must be a multiple of `heads`. Received: units={units}, heads={heads}"
            )
        if feed_forward_units is None:
            feed_forward_units = 4 * units
        check_integer("feed_forward_units", feed_forward_units, low=1)
        if max_length is not None:
            check_integer("max_length", max_length, low=1)
        elif positions == "learned":
            raise ValueError(
                "`max_length` must be given where positions are learned. Received: max_length=None"
            )
        self.units, self.learned, self.extra = units, positions == "learned", extra
        self.max_length = max_length
        policy = self.dtype_policy
        self.drop = Dropout(dropout, seed=seed, dtype=policy, name="drop")
        self.blocks = [
            TransformerBlock(
                units,
                heads,
                feed_forward_units,
                dropout,
                reads_memory,
                seed=None if seed is None else seed + number,
                dtype=policy,
                name=f"block_{number}",
            )
            for number in range(1, layers + 1)
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, dtype=policy, name="norm")

    def _drop_at(self, rate):
        super()._drop_at(rate)
        for block in self.blocks:
            block.dropout = rate

    def build(self, x_shape, memory_shape=None):
        if self.learned:
            self.positions = self.add_weight(
                name="positions",
                shape=(self.max_length + self.extra, self.units),
                initializer=keras.initializers.RandomNormal(stddev=0.1),
            )
        self.drop.build(x_shape)
        for block in self.blocks:
            block.build(x_shape, memory_shape)
        self.norm.build(x_shape)
        super().build(x_shape)

    def call(self, x, memory=None, visible=None, causal=False, training=None):
        self.check_length(x.shape[1])
        x = self._placed(x, ops.arange(ops.shape(x)[1]))
        x = self.drop(x, training=training)
        for block in self.blocks:
            x = block(x, memory=memory, visible=visible, causal=causal, training=training)
        return self.norm(x)

    def check_length(self, length):
        """Raises `ValueError` for a known number of positions that is too large."""
        most = self.max_length
        if most is not None and isinstance(length, int) and length > most + self.extra:
            raise ValueError(
                f"There may be at most `max_length` = {most} positions. "
                f"Received: length={length - self.extra}"
            )

    def _placed(self, x, positions):
        """States with their positions `(n,)`, which broadcast to those of `x`."""
        if self.learned:
            vectors = ops.take(self.positions, positions, axis=0)
        else:
            vectors = position_vectors(positions, self.units)
        return x * self.units**0.5 + ops.cast(vectors, x.dtype)

    def empty_caches(self, batch, length):
        """The caches of all blocks before the first `step`."""
        self.check_length(length)
        return [block.empty_cache(batch, length) for block in self.blocks]

    def memory_caches(self, memory):
        """Keys and values of a memory, for each block."""
        return [block.memory_cache(memory) for block in self.blocks]

    def step(self, x, t, caches, memories=None):
        """As `call` without dropout, for the next position: see `TransformerBlock.step`."""
        x = self._placed(x, t)
        new = []
        for block, cache, memory in zip(
            self.blocks, caches, memories or [None] * len(self.blocks), strict=True
        ):
            x, cache = block.step(x, t, cache, memory)
            new.append(cache)
        return self.norm(x), new
