"""The callables of a `SequenceVAE` over arrays of examples, compiled and in bounded memory."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.models import chunks


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
        self._encode = traced(model.encode_ids)
        self._log_prob = traced(model.log_prob)
        self._decode = traced(model.decode)
        self._reconstruct = traced(self._reconstructed)
        self._model = model

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
        order = np.argsort((inputs["source"] != PAD).sum(axis=1), kind="stable")
        parts = []
        for start in range(0, len(order), chunks.BLOCK):
            rows = order[start : start + chunks.BLOCK]
            condition = inputs.get("condition")
            condition = None if condition is None else tf.constant(condition[rows])
            source = tf.constant(trim(inputs["source"][rows]))
            parts.append(self._reconstruct(source, condition, beam_width).numpy())
        return np.concatenate(parts)[np.argsort(order)]

    def _reconstructed(self, source, condition, beam_width):
        def chunk(rows):
            ids = source[rows]
            longest = tf.reduce_max(tf.math.count_nonzero(ids != PAD, axis=1, dtype=tf.int32))
            loc, _ = self._model.encode_ids(ids[:, : tf.maximum(longest, 1)])
            given = None if condition is None else condition[rows]
            return (self._model.decode(loc, given, beam_width)[0],)

        outputs = [(tf.int32, [beam_width, self._model.max_length + 1])]
        (ids,) = chunks.in_chunks(chunk, tf.shape(source)[0], outputs)
        return ids
