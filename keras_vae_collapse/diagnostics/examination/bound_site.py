"""A model that asks an `ImportanceWeightedBound` for its bound draws its latent there."""

import contextlib

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.examination.draw import Draw, FixedNoise, gaussian_draw
from keras_vae_collapse.diagnostics.examination.interception import replaced
from keras_vae_collapse.losses import ImportanceWeightedBound
from keras_vae_collapse.losses.kl_per_dimension import kl_per_dimension
from keras_vae_collapse.metrics.prior import prior_samples

tfd = tfp.distributions


class BoundSite:
    """An `ImportanceWeightedBound` whose samples can be chosen.

    With all `K` samples equal the bound is that of one sample, `D + R` in the mean. So the model
    is looked at as one of the ELBO: distortion and rate keep their weights in the loss.

    Args:
        term: the rate term.

    Attributes:
        prior: as the model gave it in the last eager pass, a TFP distribution.
    """

    distribution, constant_rate, spread = None, False, 1.0

    def __init__(self, term):
        self.layer, self.prior, self.noise = term, None, FixedNoise()

    @property
    def rate_term(self):
        """The term itself."""
        return self.layer

    @contextlib.contextmanager
    def choosing(self, choose, draws):
        """Within, each draw is `choose(loc, scale, draw)`, and is added to `draws`."""
        term = self.layer

        def bound(log_likelihood, posterior, prior, training=None, sample_weight=None):
            if tf.executing_eagerly():
                self.prior = prior
            loc = tf.identity(tf.cast(posterior.mean(), tf.float32))
            scale = tf.identity(tf.cast(posterior.stddev(), tf.float32))
            z = choose(loc, scale, gaussian_draw(loc, scale))
            same = tf.tile(z[tf.newaxis], [term.num_samples, 1, 1])
            distortion = -tf.reduce_mean(tf.cast(log_likelihood(same), tf.float32), axis=0)
            kl = kl_per_dimension(_like(posterior, loc, scale), prior, self.noise.seed)
            rate = tf.reduce_sum(kl, axis=-1)
            draws.append(Draw([loc, scale], loc, scale, rate, z, [loc, scale]))
            return distortion, tf.reduce_mean(rate)

        with replaced(term, bound=bound):
            yield

    def prior_sample(self, shape, seed):
        """A draw from the prior for each example, float32."""
        drawn = prior_samples(self.prior, *shape, np.random.default_rng(seed))
        return drawn.astype("float32")


def _like(posterior, loc, scale):
    """A Gaussian of the event shape of a posterior."""
    normal = tfd.Normal(loc, scale)
    return tfd.Independent(normal, 1) if posterior.event_shape.rank else normal


def bound_sites(model):
    """A `BoundSite` for each `ImportanceWeightedBound` in a model."""
    terms = [la for la in model._flatten_layers() if isinstance(la, ImportanceWeightedBound)]
    return [BoundSite(term) for term in {id(term): term for term in terms}.values()]
