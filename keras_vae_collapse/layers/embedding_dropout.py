"""Dropout of the units of an embedding matrix."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.seeds import NoiseSeeds, check_seed, seed_in_use
from keras_vae_collapse.layers.checks import check_shape, check_tensor
from keras_vae_collapse.layers.noise import uniform, with_noise


def _check_rate(name, value):
    return check_number(name, value, 0.0, 1.0, open_high=True)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class EmbeddingDropout(NamedState, keras.layers.Layer):
    """Zeroes units of the embedding matrix, the same ones wherever a symbol occurs in a sequence.

    For each example of the batch a mask of the whole matrix is drawn, before the look-up:

    ```
    m_vd ~ Bernoulli(1 - rate)                for symbol v and dimension d
    y_id = m_vd E_vd / (1 - rate)             where v = x_i
    ```

    so that two occurrences of a symbol in a sequence are the same vector, as they are without
    dropout (Gal & Ghahramani 2016, arXiv:1512.05287). The matrix mask is never made: each
    position draws, and every occurrence of a symbol takes the draw of its first one, which
    has the same law at a cost that does not depend on the size of the vocabulary.

    Without `ids` whole columns of the matrix are dropped, `m_vd = m_d`: the probability of each
    unit is the same, but all symbols share one mask.

    It acts in training only and is the identity at inference and for `rate=0`. Every call
    draws a new mask, and so does every replica of a distribution strategy.

    Args:
        rate: probability of zeroing a unit, in [0, 1).
        seed: a non-negative integer, or `None` for one that is drawn as Keras draws it, so that
            `keras.utils.set_random_seed` decides. Two layers of the same seed draw the same masks
            in the same order.
        **kwargs: base layer arguments, such as `name`.

    Attributes:
        rate: can be assigned at any time, also while a model trains.
        noise_seed: the seed in use, given or drawn.

    Call arguments:
        inputs: embedded symbols `(batch, length, dim)`. A Keras mask is handed on.
        ids: the integer ids that were embedded, `(batch, length)`, or `None`.
        training: whether to drop.

    Output shape:
        `(batch, length, dim)`.

    Raises:
        ValueError: an argument lies outside its range, the inputs are not of rank 3, or `ids`
            are not integers of the shape `(batch, length)`.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.layers import EmbeddingDropout

    ids = np.array([[4, 7, 4, 0]])
    embedded = keras.layers.Embedding(10, 8)(ids)
    dropped = EmbeddingDropout(rate=0.5)(embedded, ids=ids, training=True).numpy()
    assert (dropped[0, 0] == dropped[0, 2]).all()
    ```
    """

    seed = Fixed()
    rate = Assignable(_check_rate)

    def __init__(self, rate: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = check_seed(seed)
        self.noise_seed = seed_in_use(seed)
        self.supports_masking = True

    def build(self, input_shape):
        check_shape("inputs", input_shape, "batch", "length", "[dim]")
        self.noise = NoiseSeeds(self, self.noise_seed)
        super().build(input_shape)

    def call(self, inputs, ids=None, training=None):
        if ids is not None:
            check_tensor("ids", ids, "int", *inputs.shape[:2])
        if not training:
            return inputs
        drops = EmbeddingDropout.rate.tensor(self) > 0
        return with_noise(
            inputs, self.noise, drops, lambda seed: inputs * self._scale(inputs, ids, seed)
        )

    def _scale(self, inputs, ids, seed):
        """What units are multiplied by, of a shape that broadcasts to that of `inputs`."""
        rate = EmbeddingDropout.rate.tensor(self, tf.float64)
        batch, length, dim = tf.unstack(tf.shape(inputs))
        shape = [batch, 1, dim] if ids is None else [batch, length, dim]
        kept = uniform(shape, seed) >= tf.cast(rate, tf.float32)
        scale = tf.cast(kept, inputs.dtype) * tf.cast(1.0 / (1.0 - rate), inputs.dtype)
        if ids is not None:
            same = ids[:, :, None] == ids[:, None, :]  # (batch, length, length)
            # Where each symbol occurs first, (batch, length); faster than `tf.argmax`.
            first = tf.reduce_min(tf.where(same, tf.range(length), length), axis=-1)
            scale = tf.gather(scale, first, batch_dims=1)
        return scale

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
