"""The importance-weighted bound of a likelihood, and its doubly reparameterised gradient."""

import math

import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.losses.float32_distribution import to_float32, with_parameters
from keras_vae_collapse.losses.kl_per_dimension import as_vectors

tfd = tfp.distributions


def importance_weighted_nll(
    log_likelihood, posterior, prior, num_samples, seed, doubly_reparameterized=True
):
    """The importance-weighted bound of `-log p(x)` of each example, and `log p(x|z_k)`.

    ```
    L_K = -log 1/K sum_k w_k,    w_k = p(x|z_k) p(z_k) / q(z_k|x),    z_k ~ q(z|x)
    ```

    (Burda et al. 2015, arXiv:1509.00519.) The gradient of the encoder's parameters `phi` is

    ```
    dL_K/dphi = -sum_k v_k^2 (dlog w_k / dz_k) (dz_k / dphi),    v_k = w_k / sum_j w_j
    ```

    (DReG, Tucker et al. 2018, arXiv:1810.04152): that of `L_K` in the mean, without the score
    of `q`, whose signal falls below its noise as `K` grows. All other gradients are those of
    `L_K`.

    Args:
        log_likelihood: function of `z`, float32 `(num_samples, batch, latent)`, that returns
            `log p(x|z)` in nats, `(num_samples, batch)`.
        posterior, prior: TFP distributions as `RateTerm` takes them, the posterior
            reparameterised, with batch `(batch, latent)` or `(batch,)`.
        num_samples: `K`, a positive integer.
        seed: int32 `(2,)`.
        doubly_reparameterized: whether the encoder's gradient is DReG; else that of `L_K`.

    Returns:
        `(L_K, log_likelihoods)`, `(batch,)` and `(num_samples, batch)`.

    Raises:
        ValueError: the posterior is not reparameterised, or a shape is wrong.
    """
    posterior, prior = to_float32(posterior), to_float32(prior)
    shape = tf.TensorShape(posterior.batch_shape).concatenate(posterior.event_shape)
    if shape.rank != 2:
        raise ValueError(
            "`posterior` must be of one latent vector for each example. Received: batch shape "
            f"{posterior.batch_shape} and event shape {posterior.event_shape}"
        )
    if posterior.reparameterization_type != tfd.FULLY_REPARAMETERIZED:
        raise ValueError(f"`posterior` must be reparameterised. Received: {posterior!r}")
    posterior, prior = (as_vectors(each, shape[-1:]) for each in (posterior, prior))
    z = posterior.sample(num_samples, seed=seed)  # (samples, batch, latent)
    if doubly_reparameterized:
        weights = []  # known when the gradient is computed

        @tf.custom_gradient
        def weighted(z):
            return tf.identity(z), lambda dz: weights[0][..., tf.newaxis] * dz

        z = weighted(z)
        posterior = with_parameters(posterior, tf.stop_gradient)
    log_p_x = tf.cast(log_likelihood(z), tf.float32)
    if not log_p_x.shape.is_compatible_with(z.shape[:2]):
        raise ValueError(
            f"`log_likelihood` must return the shape {tuple(z.shape[:2])}, one number for each "
            f"sample and example. Received: shape={tuple(log_p_x.shape)}"
        )
    log_w = log_p_x + prior.log_prob(z) - posterior.log_prob(z)
    if doubly_reparameterized:
        weights.append(tf.stop_gradient(tf.nn.softmax(log_w, axis=0)))
    # The gradient of logsumexp brings the first factor v_k, `weighted` the second.
    return math.log(num_samples) - tf.reduce_logsumexp(log_w, axis=0), log_p_x
