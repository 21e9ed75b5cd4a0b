"""The distortion of a sequence of ids."""

import tensorflow as tf

from keras_vae_collapse.core.special_ids import PAD


def sequence_nll(logits, target):
    """`-log p(x)` in nats per example: summed over the positions, padding not counted."""
    nll = tf.nn.sparse_softmax_cross_entropy_with_logits(target, tf.cast(logits, tf.float32))
    return tf.reduce_sum(tf.where(target != PAD, nll, 0.0), axis=-1)
