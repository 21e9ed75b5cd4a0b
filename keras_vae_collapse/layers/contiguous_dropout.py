"""Dropout of runs of neighbouring symbols."""

from collections.abc import Sequence

import keras
import numpy as np
import scipy.special
import tensorflow as tf

from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.layers.id_dropout import IdDropout

# Spacing of the uniform numbers, see `noise.uniform`.
UNIFORM_STEP = 2.0**-24


def poisson_survival(mean, negligible):
    """`S(k) = P(L > k)` for L ~ Poisson(mean), k = 0, 1, .., an array, while >= `negligible`."""
    # By this point it is below any `negligible` in use: by Chernoff's bound
    # P(L > mean + x) <= exp(-x^2 / (2 (mean + x))).
    end = int(mean + 12 * np.sqrt(mean)) + 60
    survival = scipy.special.pdtrc(np.arange(end), mean)
    return survival[survival >= negligible]


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ContiguousDropout(IdDropout):
    """Replaces runs of neighbouring symbols by the unknown one.

    ```
    m_i ~ Bernoulli(rate)              marks the starts of runs
    l_i ~ Poisson(mean_length)
    y_j = unk_id  where m_i = 1 and i <= j < i + l_i for some i,  x_j elsewhere
    ```

    Runs may overlap and stop at the end of the sequence. With `S(k) = P(l > k)` position `j` is
    hit with probability

    ```
    1 - prod_{k=0..j} (1 - rate S(k))
    ```

    Unlike independent dropout it leaves gaps that cannot be guessed from the neighbouring
    symbols, so that the decoder asks the latent vector.

    A start and its length take one uniform number `u_i`: since `m_i` and `l_i` are independent,
    a run of more than `k` symbols starts at `i` with probability `rate S(k)`, and where
    `u_i < rate S(k)`. The `u_i` are multiples of 2^-24, to which these probabilities are rounded:
    each is off by at most 2^-25 = 3e-8, and the probability that a position is hit by at most
    2e-6 for a `mean_length` up to 10. Otherwise the law is exact.

    It acts in training only and is the identity at inference, for `rate=0` and for
    `mean_length=0`. Every call draws a new mask, and so does every replica of a distribution
    strategy.

    Args:
        rate: probability that a run starts at a position, in [0, 1].
        mean_length: mean length of a run in symbols, in [0, 1000].
        unk_id: the id put in place of a dropped one, a non-negative integer.
        keep_ids: ids that are never replaced: padding, and as a rule the start symbol. A run
            may start at one of them or go on after it.
        seed: a non-negative integer, or `None` for a random one. Two layers of the same seed
            draw the same masks in the same order.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        inputs: integer ids of any integer type, `(batch, length)`.
        mask: boolean `(batch, length)`, false at positions that are not part of the sequence: they
            are never replaced, and no run starts there. Taken from the inputs where they carry
            a Keras mask, and handed on.
        training: whether to drop.

    Output shape:
        `(batch, length)`, of the integer type of the inputs.

    Raises:
        ValueError: an argument lies outside its range, or the inputs are not integers of
            rank 2, or the mask is not a boolean tensor of their shape.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import ContiguousDropout

    layer = ContiguousDropout(rate=0.2, mean_length=2.0, unk_id=1, keep_ids=(0, 2))
    ids = layer(np.array([[2, 7, 8, 9, 3, 0]]), training=True).numpy()
    assert ids[0, 0] == 2 and ids[0, 5] == 0
    ```
    """

    def __init__(
        self,
        rate: float,
        mean_length: float,
        unk_id: int,
        keep_ids: Sequence[int] = (0,),
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(rate, unk_id, keep_ids, seed, **kwargs)
        self.mean_length = check_number("mean_length", mean_length, 0.0, 1000.0)
        # P(a run of more than k symbols starts here), rising, so k falls from left to right.
        self._thresholds = []
        if self.rate > 0:
            survival = poisson_survival(self.mean_length, UNIFORM_STEP / 2 / self.rate)
            steps = np.round(self.rate * survival[::-1] / UNIFORM_STEP)
            self._thresholds = (steps * UNIFORM_STEP).tolist()

    def _drops(self):
        return len(self._thresholds) > 0

    def _hit(self, u, mask):
        # Bucketize counts the thresholds at or below u; the others are the length of the run.
        longest = len(self._thresholds)
        run = longest - tf.raw_ops.Bucketize(input=u, boundaries=self._thresholds)
        if mask is not None:
            run = tf.where(mask, run, 0)
        # A position is hit when a run that began at or before it ends after it. The furthest
        # end within a window of 1, 2, 4, .. positions is found by doubling; runs that began
        # `longest` positions ago have ended, so a window of that size is enough.
        size = tf.shape(u)[1]
        position = tf.cast(tf.range(size), tf.float32)
        end = position + tf.cast(run, tf.float32)  # (batch, length)
        for shift in (2**n for n in range((longest - 1).bit_length())):
            end = tf.maximum(end, tf.pad(end, [[0, 0], [shift, 0]])[:, :size])
        return end > position

    def get_config(self):
        return {**super().get_config(), "mean_length": self.mean_length}
