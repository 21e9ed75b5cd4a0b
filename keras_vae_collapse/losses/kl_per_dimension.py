"""KL(q || p) per example and latent dimension, for distributions of any event shape."""

import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.losses.float32_distribution import to_float32

tfd = tfp.distributions


def kl_per_dimension(posterior, prior, next_seed, num_samples=1):
    """KL of each example and latent dimension in nats, float32.

    Closed form where TFP registers one for the two types. Elsewhere the estimate

    ```
    1/S sum_s log q(z_s) - log p(z_s),    z_s ~ q
    ```

    whose value and gradient are both unbiased: through the samples where `q` is fully
    reparameterised, else with the score function, `E[(log q - log p) grad log q]`.

    Args:
        posterior: `q`, a TFP distribution of scalars with batch `(batch, latent)`, or of
            vectors with batch `(batch,)`; with a latent at each step `(batch, steps, latent)`
            or `(batch, steps)`.
        prior: `p`, a TFP distribution of scalars or vectors whose batch broadcasts to that of
            the posterior.
        next_seed: function without arguments that returns an int32 seed of shape (2,); called
            only where samples are needed.
        num_samples: number of samples `S`.

    Returns:
        `(batch, latent)`, or `(batch, 1)` where the KL is joint over the dimensions; with steps
        `(batch, steps, latent)` or `(batch, steps, 1)`.

    Raises:
        ValueError: not TFP distributions, wrong rank, or shapes that do not broadcast.
    """
    _check(posterior, prior)
    posterior, prior = to_float32(posterior), to_float32(prior)
    split = _scalars(posterior), _scalars(prior)
    if None not in split:
        return _divergence(*split, next_seed, num_samples)  # (batch, latent)
    dims = (posterior if posterior.event_shape.rank else prior).event_shape
    joint = as_vectors(posterior, dims), as_vectors(prior, dims)
    return _divergence(*joint, next_seed, num_samples)[..., tf.newaxis]  # (batch, 1)


def sum_over_steps(kl, mask=None):
    """The KL of a sequence from that of its steps: `(batch, ..., latent)` to `(batch, latent)`.

    Args:
        kl: as `kl_per_dimension` returns it.
        mask: `None`, or booleans of the shape of `kl` without its last axis; where `False`, a
            step (or an example) has no KL.

    Raises:
        ValueError: the mask has another shape.
    """
    if mask is not None:
        mask = tf.cast(tf.convert_to_tensor(mask), tf.bool)
        if not mask.shape.is_compatible_with(kl.shape[:-1]):
            raise ValueError(
                f"`mask` must have shape {tuple(kl.shape[:-1])}, one entry for each step. "
                f"Received: shape={tuple(mask.shape)}"
            )
        kl = tf.where(mask[..., tf.newaxis], kl, 0.0)
    return kl if kl.shape.rank == 2 else tf.reduce_sum(kl, axis=list(range(1, kl.shape.rank - 1)))


def latent_size(posterior):
    """Number of latent dimensions of a posterior, `None` where it is not static."""
    return tf.TensorShape(posterior.batch_shape).concatenate(posterior.event_shape)[-1]


def _check(posterior, prior):
    for name, distribution in (("posterior", posterior), ("prior", prior)):
        if not isinstance(distribution, tfd.Distribution):
            raise ValueError(
                f"`{name}` must be a TensorFlow Probability distribution. "
                f"Received: {name}={distribution!r}"
            )
    shapes = (
        f"posterior with batch shape {posterior.batch_shape} and event shape "
        f"{posterior.event_shape}, prior with batch shape {prior.batch_shape} and event shape "
        f"{prior.event_shape}"
    )
    posterior_shape, prior_shape = _shape(posterior), _shape(prior)
    if posterior_shape is None or posterior_shape.rank < 2:
        raise ValueError(
            "`posterior` must have batch shape (batch, latent) and scalar events, or batch shape "
            "(batch,) and events of shape (latent,), with an axis of steps after the batch where "
            f"there is a latent at each. Received: {shapes}"
        )
    message = f"`prior` must broadcast to the posterior's shape. Received: {shapes}"
    if prior_shape is None or prior_shape.rank > posterior_shape.rank:
        raise ValueError(message)
    try:
        broadcast = tf.broadcast_static_shape(posterior_shape, prior_shape)
    except ValueError as error:
        raise ValueError(message) from error
    # A joint prior is never stretched over more dimensions than it has.
    if not broadcast.is_compatible_with(posterior_shape) or not (
        prior.event_shape.rank == 0 or prior_shape[-1:].is_compatible_with(posterior_shape[-1:])
    ):
        raise ValueError(message)


def _shape(distribution):
    """Batch and event shape in one, `None` where the event is neither scalar nor vector."""
    event = distribution.event_shape
    if not isinstance(event, tf.TensorShape) or event.rank not in (0, 1):
        return None
    batch = tf.TensorShape(distribution.batch_shape)
    return None if batch.rank is None else batch.concatenate(event)


def _scalars(distribution):
    """The distribution of independent scalars that a distribution of vectors is, or `None`."""
    if distribution.event_shape.rank == 0:
        return distribution
    if isinstance(distribution, tfd.MultivariateNormalDiag):
        return tfd.Normal(distribution.mean(), distribution.stddev())
    inner = getattr(distribution, "distribution", None)
    if isinstance(distribution, tfd.Independent) and inner.event_shape.rank == 0:
        return inner
    if isinstance(distribution, tfd.Sample) and inner.batch_shape.rank == 0:
        return inner
    return None


def as_vectors(distribution, dims):
    """The distribution of vectors that independent scalars make up; one of vectors as it is.

    Args:
        distribution: a TFP distribution of scalars or vectors.
        dims: the shape of a vector, `(latent,)`, where the distribution is of a single scalar.
    """
    if distribution.event_shape.rank == 1:
        return distribution
    if distribution.batch_shape.rank == 0:
        return tfd.Sample(distribution, sample_shape=dims)
    return tfd.Independent(distribution, reinterpreted_batch_ndims=1)


def _divergence(posterior, prior, next_seed, num_samples):
    try:
        return tfd.kl_divergence(posterior, prior)
    except NotImplementedError:
        return _monte_carlo(posterior, prior, next_seed(), num_samples)


def _monte_carlo(posterior, prior, seed, num_samples):
    z = posterior.sample(num_samples, seed=seed)  # (samples, batch, latent)
    if posterior.reparameterization_type == tfd.FULLY_REPARAMETERIZED:
        return tf.reduce_mean(posterior.log_prob(z) - prior.log_prob(z), axis=0)
    z = tf.stop_gradient(z)
    log_q = posterior.log_prob(z)
    ratio = tf.stop_gradient(log_q) - prior.log_prob(z)
    # E[grad log q] = 0, so grad KL = E[(log q - log p) grad log q] - E[grad log p]; the second
    # factor is zero in value and grad log q in gradient.
    score = tf.stop_gradient(ratio) * (log_q - tf.stop_gradient(log_q))
    return tf.reduce_mean(ratio + score, axis=0)
