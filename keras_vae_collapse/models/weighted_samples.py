"""A training step of a `SequenceVAE` with several samples of `z` for each example."""

import tensorflow as tf

from keras_vae_collapse.core.replica_losses import add_scalar_loss
from keras_vae_collapse.models.sequence_nll import sequence_nll


def weigh_samples(model, encoded, source, condition, target, sample_weight=None):
    """Decodes as many samples as the rate term asks for, and adds the penalty of their bound.

    Args:
        model: a `SequenceVAE` whose rate term has a `bound`, see `ImportanceWeightedBound`.
        encoded: what the latent sees of the source.
        source, condition, target: of the batch.
        sample_weight: `(batch,)`, or `None`.

    Returns:
        `(logits, distortion)`: of the first sample, `(batch, T, vocabulary)`, and the mean over
        all samples, `(batch,)`.
    """
    latent, found = model.latent, []

    def log_likelihood(z):  # (samples, batch, latent_dim)
        def repeated(ids):
            return None if ids is None else tf.tile(ids, [z.shape[0], 1])

        rows = tf.reshape(tf.cast(z, latent.compute_dtype), [-1, latent.latent_dim])
        given = [repeated(ids) for ids in (source, condition, target)]
        found.append(model.logits(rows, *given, training=True))
        return tf.reshape(-sequence_nll(found[0], given[-1]), [z.shape[0], -1])

    posterior, prior = latent.distributions(encoded, training=True)
    distortion, penalty = latent.rate_term.bound(
        log_likelihood, posterior, prior, training=True, sample_weight=sample_weight
    )
    add_scalar_loss(model, penalty)
    return found[0][: tf.shape(target)[0]], distortion
