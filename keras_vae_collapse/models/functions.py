"""The callables of a `SequenceVAE` over arrays of examples, compiled and in bounded memory."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.special_ids import PAD

CHUNK = 256


def trim(ids):
    """Ids without the columns that are padding in every row; at least one column stays."""
    return ids[:, : max(1, int((ids != PAD).sum(axis=1).max(initial=1)))]


class ModelFunctions:
    """What metrics, diagnosis and decoding call of a model.

    Inputs are dictionaries of arrays as `Task.encode` makes them. Make new functions where the
    shapes of the model's weights may have changed.

    Args:
        model: a `SequenceVAE`.
    """

    def __init__(self, model):
        self._encode = tf.function(model.encode_ids, reduce_retracing=True)
        self._log_prob = tf.function(model.log_prob, reduce_retracing=True)
        self._decode = tf.function(model.decode, reduce_retracing=True)

    def encode(self, inputs):
        """`(loc, scale)` of the posterior of each example."""
        return self._encode(trim(inputs["source"]))

    def log_prob(self, z, inputs):
        """`log p(x_t | z, y)` of each example in nats."""
        return self._log_prob(z, inputs.get("condition"), trim(inputs["target"]))

    def decode(self, z, inputs, beam_width=1):
        """Ids `(batch, beam_width, length)` of the most probable sequences."""
        condition = inputs.get("condition")
        condition = None if condition is None else tf.convert_to_tensor(condition)
        return self._decode(tf.convert_to_tensor(z), condition, beam_width)[0]

    def reconstruct(self, inputs, beam_width=1):
        """Ids decoded from the posterior means of all examples, `(N, beam_width, length)`."""
        parts = []
        for start in range(0, len(inputs["source"]), CHUNK):
            rows = {name: values[start : start + CHUNK] for name, values in inputs.items()}
            loc, _ = self.encode(rows)
            parts.append(self.decode(loc, rows, beam_width).numpy())
        return np.concatenate(parts)
