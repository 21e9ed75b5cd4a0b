"""One draw of the latent in one pass."""

import contextlib
import dataclasses
import typing

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp
from scipy.special import ndtr

from keras_vae_collapse.diagnostics.examination.interception import replaced

# Deviations from 0 at which a standard normal is cut.
_FAR = 6.0


@dataclasses.dataclass
class Draw:
    """One draw of the latent in one pass: its parameters, and what came out.

    Attributes:
        sources: the tensors through which the loss depends on the posterior.
        loc, scale: of the posterior, of the shape of `z`.
        rate: KL of each example to the prior, `(batch,)`.
        z: what the decoder sees.
        inputs: what the latent layer was given, a list of tensors.
    """

    sources: list
    loc: typing.Any
    scale: typing.Any
    rate: typing.Any
    z: typing.Any
    inputs: list


def gaussian_draw(loc, scale):
    """The function from standard normal noise to `z` of a Gaussian posterior."""
    return lambda noise: loc + scale * noise


def sphere_draw(loc, concentration):
    """The same of a von Mises-Fisher posterior: exact, without a loop that rejects.

    ```
    z = cos(t) mu + sin(t) v,    p(t) proportional to sin(t)^(d - 2) exp(kappa cos t)
    ```

    (Ulrich 1984.) Of the noise, the part along `mu` is a standard normal, and gives the angle `t`
    by the inverse of its distribution function; the direction of the rest is uniform around `mu`,
    and independent of it.

    Args:
        loc: directions `mu`, `(batch, d)`.
        concentration: `kappa`.
    """
    angles = np.linspace(0.0, np.pi, 20_001)
    log_p = concentration * np.cos(angles)
    log_p += (loc.shape[-1] - 2) * np.log(np.maximum(np.sin(angles), 1e-300))
    p = np.exp(log_p - log_p.max())
    below = np.concatenate([[0.0], np.cumsum(p[1:] + p[:-1])])
    points = np.linspace(-_FAR, _FAR, 2_401)
    table = np.interp(ndtr(points), below / below[-1], angles).astype("float32")

    def draw(noise):
        along = tf.reduce_sum(noise * loc, axis=-1, keepdims=True)
        t = tfp.math.interp_regular_1d_grid(along, -_FAR, _FAR, tf.constant(table))
        around = tf.math.l2_normalize(noise - along * loc, axis=-1)
        return tf.cos(t) * loc + tf.sin(t) * around

    return draw


class FixedNoise:
    """Noise of a rate term that is the same in each call, until it is renewed.

    A rate term that estimates its KL, and who estimates the KL with the same seed, have the same
    estimate, and so the same gradient but for the weight.
    """

    def __init__(self):
        self._seed = tf.Variable([3, 7], trainable=False)

    def seed(self, *args):
        """The seed, int32 `(2,)`."""
        return tf.convert_to_tensor(self._seed)

    def renew(self, number):
        """Another noise for each number."""
        self._seed.assign([3 + number, 7])

    @contextlib.contextmanager
    def of(self, rate_term):
        """Within, a rate term has this noise."""
        own = getattr(rate_term, "noise", None)
        with contextlib.nullcontext() if own is None else replaced(own, next=self.seed):
            yield
