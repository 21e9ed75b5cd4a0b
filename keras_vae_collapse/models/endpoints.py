"""Endpoints of an exported model, as TensorFlow functions."""

import tensorflow as tf


def id_endpoints(model):
    """Endpoints of a `SequenceVAE` that take and give ids.

    - `reconstruct(source: int32[N, S], condition: float32[N, M])` gives `target: int32[N, T]` and
      `log_probability: float32[N]`, by greedy search from the posterior mean;
    - `encode(source)` gives `loc` and `scale`, float32 `[N, latent_dim]`;
    - `sample(seed: int32[2], condition)`, or `sample(seed, count: int32[])` for a model without a
      condition, gives the same of `z` drawn from the prior.

    Returns:
        `{name: (function, signature)}`, the first one the default.
    """
    source = tf.TensorSpec([None, None], tf.int32, "source")
    seed = tf.TensorSpec([2], tf.int32, "seed")
    dim = [model.latent.latent_dim]

    def encode(source):
        loc, scale = model.encode_ids(source)
        return {"loc": tf.ensure_shape(loc, [None, *dim]), "scale": scale}

    def decoded(z, condition=None):
        ids, log_p = model.decode(z, condition)
        return {"target": ids[:, 0], "log_probability": log_p[:, 0]}

    def reconstruct(source, condition=None):
        return decoded(model.encode_ids(source)[0], condition)

    def sample(seed, condition):
        return decoded(model.sample_prior(tf.shape(condition)[0], seed), condition)

    def sample_count(seed, count):
        return decoded(model.sample_prior(count, seed))

    if model.condition_size:
        condition = tf.TensorSpec([None, model.condition_size], tf.float32, "condition")
        return {
            "reconstruct": (reconstruct, [source, condition]),
            "encode": (encode, [source]),
            "sample": (sample, [seed, condition]),
        }
    return {
        "reconstruct": (lambda source: reconstruct(source), [source]),
        "encode": (encode, [source]),
        "sample": (sample_count, [seed, tf.TensorSpec([], tf.int32, "count")]),
    }
