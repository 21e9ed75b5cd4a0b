"""Endpoints of an exported model, as TensorFlow functions."""

import tensorflow as tf

from keras_vae_collapse.models.functions import CHUNK


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


def in_chunks(function, total, outputs):
    """Concatenates `function(slice)` over slices of `CHUNK` rows, in a graph loop.

    Args:
        function: takes a slice of rows to a tuple of tensors, the rows first.
        total: number of rows, a scalar tensor.
        outputs: `(dtype, shape without rows)` of each tensor.
    """
    chunks = tf.maximum(1, (total + CHUNK - 1) // CHUNK)
    arrays = tuple(
        tf.TensorArray(dtype, size=chunks, infer_shape=False, element_shape=[None, *shape])
        for dtype, shape in outputs
    )

    def body(i, arrays):
        start = i * CHUNK
        parts = function(slice(start, tf.minimum(start + CHUNK, total)))
        return i + 1, tuple(a.write(i, p) for a, p in zip(arrays, parts, strict=True))

    _, arrays = tf.while_loop(
        lambda i, _: i < chunks, body, (tf.constant(0), arrays), parallel_iterations=1
    )
    return tuple(
        tf.ensure_shape(array.concat(), [None, *shape])
        for array, (_, shape) in zip(arrays, outputs, strict=True)
    )
