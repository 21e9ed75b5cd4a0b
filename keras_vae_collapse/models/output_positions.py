"""What is computed of the logits of many positions, of which few are held at once.

Above 1,024 symbols the logits are what a decoder spends its memory on: those of 128 sequences of
82 symbols out of 10,000 take 420 MB, and those of all samples of an evaluation much more.
Each position is on its own there, so a few of them are computed, used, and forgotten.
"""

import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD
from keras_vae_collapse.models.chunks import in_chunks
from keras_vae_collapse.models.sequence_nll import sequence_nll

# Up to this size all logits are computed at once.
LARGE_VOCABULARY = 1024
# Logits that are held at once, 4 MB: such blocks stay in the cache of a processor core.
_LOGITS = 2**20


def log_likelihood(decoder, z, condition, target):
    """`log p(x | z, y)` of target ids in nats per example, `(batch,)`, without dropout.

    Args:
        decoder: a `SequenceDecoder`.
        z, condition, target: as for its call. Padding is not computed where the vocabulary is
            large.
    """
    if decoder.vocabulary_size <= LARGE_VOCABULARY:
        return -sequence_nll(decoder(z, condition, target, training=False), target)
    places = tf.where(target != PAD)
    states = tf.gather_nd(decoder.output_states(z, condition, target), places)
    ids = tf.gather_nd(target, places)

    def nll(rows):
        logits = tf.cast(decoder.output_layer(states[rows]), tf.float32)
        # TensorFlow's own cross-entropy computes its gradient as well, in four times the time.
        chosen = tf.gather(logits, ids[rows], axis=-1, batch_dims=1)
        return (tf.reduce_logsumexp(logits, axis=-1) - chosen,)

    (values,) = in_chunks(nll, tf.size(ids), [(tf.float32, [])], _positions(decoder))
    values = tf.scatter_nd(places, values, tf.shape(target, tf.int64))  # (batch, length)
    return -tf.reduce_sum(values, axis=-1)


def most_probable(decoder, states, logit_offsets):
    """The most probable symbol of each position and its log p, both `(batch, length)`.

    At the last position that is the end symbol, whatever its probability.

    Args:
        decoder: a `SequenceDecoder`.
        states: what its output layer sees, `(batch, length, units)`.
        logit_offsets: added to all logits, `(vocabulary,)`.
    """
    batch, length = tf.shape(states)[0], tf.shape(states)[1]
    flat = tf.reshape(states, [-1, states.shape[-1]])
    last = tf.tile(tf.range(length) == length - 1, [batch])

    def best(rows):
        logits = tf.cast(decoder.output_layer(flat[rows]), tf.float32) + logit_offsets
        ids = tf.where(last[rows], EOS, tf.argmax(logits, axis=-1, output_type=tf.int32))
        chosen = tf.gather(logits, ids, axis=-1, batch_dims=1)
        return ids, chosen - tf.reduce_logsumexp(logits, axis=-1)

    outputs = [(tf.int32, []), (tf.float32, [])]
    found = in_chunks(best, tf.shape(flat)[0], outputs, _positions(decoder))
    return tuple(tf.reshape(values, [batch, length]) for values in found)


def _positions(decoder):
    return max(1, _LOGITS // decoder.vocabulary_size)
