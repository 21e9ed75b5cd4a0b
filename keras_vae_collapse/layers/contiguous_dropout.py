"""Dropout of runs of neighbouring symbols."""

from collections.abc import Sequence

import keras
import numpy as np
import scipy.special
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable
from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.layers.id_dropout import IdDropout

# Spacing of the uniform numbers, see `noise.uniform`.
UNIFORM_STEP = 2.0**-24
MAXIMUM_MEAN_LENGTH = 1000.0
# From here on every probability of a longer run is rounded to 0: by Chernoff's bound
# P(L > mean + x) <= exp(-x^2 / (2 (mean + x))).
LONGEST_RUN = int(MAXIMUM_MEAN_LENGTH + 12 * MAXIMUM_MEAN_LENGTH**0.5) + 60


def poisson_survival(mean):
    """`S(k) = P(L > k)` for L ~ Poisson(mean), k = 0 .. LONGEST_RUN - 1, a float64 array."""
    return scipy.special.pdtrc(np.arange(LONGEST_RUN), mean)


def _check_mean_length(name, value):
    return check_number(name, value, 0.0, MAXIMUM_MEAN_LENGTH)


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
        seed: a non-negative integer, or `None` for one that is drawn as Keras draws it, so that
            `keras.utils.set_random_seed` decides. Two layers of the same seed draw the same masks
            in the same order.
        **kwargs: base layer arguments, such as `name`.

    Attributes:
        rate, mean_length: can be assigned at any time, also while a model trains.
        noise_seed: the seed in use, given or drawn.

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

    mean_length = Assignable(_check_mean_length, derive=poisson_survival)

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
        self.mean_length = mean_length

    def _drops(self):
        return self._thresholds()[-1] > 0

    def _thresholds(self):
        """P(a run of more than k symbols starts here), for k that falls to 0, float32."""
        survival = ContiguousDropout.mean_length.tensor(self, tf.float64)
        steps = tf.round(IdDropout.rate.tensor(self, tf.float64) * survival / UNIFORM_STEP)
        return tf.cast(steps[::-1] * UNIFORM_STEP, tf.float32)

    def hiding_all(self):
        # The last threshold is the probability that a run starts at a position.
        return self._thresholds()[-1] == 1.0

    def _hit(self, u, mask):
        # The thresholds above u, whose number is the length of the run.
        below = tf.searchsorted(self._thresholds(), tf.reshape(u, [-1]), side="right")
        run = LONGEST_RUN - tf.reshape(below, tf.shape(u))
        if mask is not None:
            run = tf.where(mask, run, 0)
        # A position is hit when a run that began at or before it ends after it. The furthest
        # end within a window of 1, 2, 4, .. positions is found by doubling, up to a window of
        # the whole sequence or of the longest run.
        size = tf.shape(u)[1]
        window = min(LONGEST_RUN, u.shape[1] or LONGEST_RUN)
        position = tf.cast(tf.range(size), tf.float32)
        end = position + tf.cast(run, tf.float32)  # (batch, length)
        for shift in (2**n for n in range((window - 1).bit_length())):
            end = tf.maximum(end, tf.pad(end, [[0, 0], [shift, 0]])[:, :size])
        return end > position

    def get_config(self):
        return {**super().get_config(), "mean_length": self.mean_length}
