"""The bound of the importance-weighted autoencoder in place of distortion and rate."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_flag
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.losses.importance_weighting import importance_weighted_nll
from keras_vae_collapse.losses.rate_term import RateTerm


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ImportanceWeightedBound(RateTerm):
    """The negative log-likelihood as `K` weighted samples bound it, in place of the ELBO.

    ```
    L_K = -log 1/K sum_k p(x|z_k) p(z_k) / q(z_k|x),    z_k ~ q(z|x)
    D + R = L_1 >= L_K >= -log p(x)
    ```

    The IWAE of Burda et al. 2015, arXiv:1509.00519. The ELBO punishes each sample that explains
    `x` badly; this bound is content where one of several does, and so leaves the posterior
    freer. The gradient of the encoder is the doubly reparameterised one of Tucker et al. 2018,
    arXiv:1810.04152: with the plain one the encoder's signal drowns in noise as `K` grows. A
    decoder that does without `z` reaches the same bound without it: a collapsed model stays one.

    **Use.** The likelihood of each sample must be known, so a call of this term on its own is the
    plain KL, which evaluation logs. In training a `SequenceVAE` asks for `bound`; a model of your
    own does, too, with a function of `z`, and adds both parts to its loss. The decoder then runs
    `K` times for each example.

    Logs `rate` (of the posterior, as everywhere) and `penalty` in nats per example; in training
    the penalty is `L_K - D`.

    Args:
        num_samples: `K`, a positive integer.
        doubly_reparameterized: whether the encoder has that gradient; else the plain one.
        **kwargs: `seed` and others, see `RateTerm`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import keras
    import numpy as np
    import tensorflow_probability as tfp
    from keras_vae_collapse.losses import GaussianNLL, ImportanceWeightedBound

    class IWAE(keras.Model):
        def __init__(self):
            super().__init__()
            self.term, self.nll = ImportanceWeightedBound(5), GaussianNLL(reduction=None)
            self.encoder, self.decoder = keras.layers.Dense(4), keras.layers.Dense(8)

        def call(self, x, training=None):
            loc, raw = keras.ops.split(self.encoder(x), 2, axis=-1)
            q = tfp.distributions.Normal(loc, keras.ops.softplus(raw))

            def log_likelihood(z):  # (samples, batch, latent) to (samples, batch)
                rows = keras.ops.reshape(self.decoder(z), (-1, 8))
                nats = self.nll(keras.ops.tile(x, (5, 1)), rows)
                return -keras.ops.reshape(nats, (5, -1))

            p = tfp.distributions.Normal(0.0, 1.0)
            distortion, penalty = self.term.bound(log_likelihood, q, p, training)
            self.add_loss(keras.ops.mean(distortion) + penalty)
            return self.decoder(loc)

    model = IWAE()
    model.compile("adam")
    model.fit(np.ones((16, 8), "float32"), verbose=0)
    ```
    """

    doubly_reparameterized = Fixed()

    def __init__(self, num_samples: int, doubly_reparameterized: bool = True, **kwargs):
        super().__init__(num_samples, **kwargs)
        self.doubly_reparameterized = check_flag("doubly_reparameterized", doubly_reparameterized)

    def bound(self, log_likelihood, posterior, prior, training=None, sample_weight=None):
        """Distortion and penalty, whose sum has the value and the gradient of `L_K`.

        Args:
            log_likelihood, posterior, prior: see `importance_weighted_nll`.
            training: whether the model is being trained; see `RateTerm` for the others.

        Returns:
            `(D, penalty)`: `(batch,)`, nats per example, and the scalar that the model adds to
            the mean of `D`.
        """
        nll, log_p_x = importance_weighted_nll(
            log_likelihood,
            posterior,
            prior,
            self.num_samples,
            self.noise.next(),
            self.doubly_reparameterized,
        )
        D = -tf.reduce_mean(log_p_x, axis=0)
        self._calls.excess = nll - D
        try:
            penalty = self(
                posterior=posterior, prior=prior, training=training, sample_weight=sample_weight
            )
        finally:
            self._calls.excess = None
        return D, penalty

    def penalty(self, kl, mean, training):
        excess = getattr(self._calls, "excess", None)
        if excess is None:
            return mean(tf.reduce_sum(kl, axis=-1))
        return self._calls.logged.get("penalty", 0.0) + mean(excess)

    def get_config(self):
        return {
            **super().get_config(),
            "doubly_reparameterized": self.doubly_reparameterized,
        }
