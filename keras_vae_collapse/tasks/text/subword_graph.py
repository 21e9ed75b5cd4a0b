"""Texts to ids of subwords, with TensorFlow ops alone."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.special_ids import PAD, UNK
from keras_vae_collapse.tasks.text.subwords import STRETCH


class SubwordGraph:
    """What `SubwordSplitter` does, for the graph of a model that takes strings.

    All stretches of all texts are merged side by side. In every round each of them looks up the
    ranks of its pairs of neighbours and joins the pair of the lowest.

    Args:
        ids: of every subword, a dictionary.
        merges: pairs of subwords, the one that is joined first at the beginning.
        lookup: maps strings to ids, 1 for an unknown one.
    """

    def __init__(self, ids, merges, lookup):
        self._lookup, self._base = lookup, max(ids.values(), default=0) + 1
        ranks = {}
        for rank, (left, right) in enumerate(merges):
            ranks.setdefault(ids[left] * self._base + ids[right], (rank, ids[left + right]))
        keys = sorted(ranks)
        self._keys = np.array(keys, np.int64)
        self._ranks = np.array([ranks[key][0] for key in keys], np.int64)
        self._joined = np.array([ranks[key][1] for key in keys], np.int32)

    def ids(self, texts, most):
        """Normalised texts `(N,)` to ragged int32 ids `(N, None)`, the first `most` of each."""
        texts = tf.where(texts == "", texts, " " + texts)
        characters = tf.strings.unicode_split(texts, "UTF-8")[:, : (most + 1) * STRETCH]
        rows, counts = self._stretches(characters)
        rows = self._merged(rows)
        ids = tf.ragged.boolean_mask(rows, rows != PAD)
        return tf.RaggedTensor.from_row_lengths(ids, counts).merge_dims(1, 2)[:, :most]

    def _stretches(self, characters):
        """Ids `(stretches, length)` of their characters, and how many stretches each text has."""
        flat = characters.flat_values
        number = tf.range(tf.size(flat, tf.int64))
        spaces = flat == " "
        # Every text begins with a space, so that none reaches into the next one.
        word = tf.cumsum(tf.cast(spaces, tf.int32)) - 1
        place = number - tf.gather(tf.where(spaces)[:, 0], word)
        begins = place % STRETCH == 0
        ids = tf.cast(self._lookup(flat), tf.int32)
        ids = tf.RaggedTensor.from_row_starts(ids, tf.where(begins)[:, 0])
        counts = characters.with_flat_values(tf.cast(begins, tf.int64))
        return ids.to_tensor(PAD), tf.reduce_sum(counts, axis=1)

    def _merged(self, ids):
        if not len(self._keys):
            return ids
        none = tf.constant(np.iinfo(np.int64).max)

        def ranked(ids):
            """Of every pair of neighbours its place among the merges, and its rank."""
            left, right = tf.cast(ids[:, :-1], tf.int64), tf.cast(ids[:, 1:], tf.int64)
            known = (left > UNK) & (right > UNK)
            pairs = left * self._base + right
            place = tf.searchsorted(self._keys, tf.reshape(pairs, [-1]))
            place = tf.reshape(tf.minimum(place, len(self._keys) - 1), tf.shape(pairs))
            known &= tf.gather(self._keys, place) == pairs
            return place, tf.where(known, tf.gather(self._ranks, place), none)

        def join(ids, place, ranks):
            first = tf.argmin(ranks, axis=1, output_type=tf.int32)[:, None]
            joined = tf.gather(self._joined, tf.gather(place, first, batch_dims=1))
            joins = tf.reduce_min(ranks, axis=1, keepdims=True) < none
            after = tf.pad(ids[:, 1:], [[0, 0], [0, 1]], constant_values=PAD)
            number = tf.range(tf.shape(ids)[1])
            merged = tf.where(number < first, ids, tf.where(number == first, joined, after))
            ids = tf.where(joins, merged, ids)
            return ids, *ranked(ids)

        # A stretch of one character has no pair, nor have no stretches.
        ids = tf.pad(ids, [[0, 0], [0, 1]], constant_values=PAD)
        pair = tf.TensorShape([None, None])
        ids, *_ = tf.while_loop(
            lambda ids, place, ranks: tf.reduce_any(ranks < none),
            join,
            (ids, *ranked(ids)),
            shape_invariants=(pair, pair, pair),
        )
        return ids
