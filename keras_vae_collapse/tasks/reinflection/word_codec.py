"""Strings to ids and back, inside the graph, so that an exported model takes plain strings."""

import keras
import tensorflow as tf

from keras_vae_collapse.tasks.reinflection.features import TAG_REWRITES
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary


class WordCodec(keras.layers.Layer):
    """Words and feature strings to tensors and ids to words, with TensorFlow ops alone.

    An unknown character becomes the unknown symbol, an unknown feature switches on
    feature 0. Bytes that are not UTF-8 become U+FFFD. Nothing is normalised or cased.
    A word is read up to its first `max_characters`, so that no caller can make an exported
    model run for as long as a text of megabytes takes.

    Args:
        vocabulary: a `Vocabulary`.
    """

    def __init__(self, vocabulary: Vocabulary, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.vocabulary = vocabulary
        lookup = keras.layers.StringLookup
        self._characters = lookup(vocabulary=["<s>", "</s>", *vocabulary.characters], mask_token="")
        # Keras refuses an empty list; a separator is never a feature.
        features = list(vocabulary.features) or [vocabulary.separator]
        self._features = lookup(vocabulary=features, mask_token="")
        self._symbols = ["", "", "", "", *vocabulary.characters]
        self.built = True

    @property
    def max_characters(self):
        """The longest word that is read whole, more than any word of a language has."""
        return max(512, 2 * self.vocabulary.max_length)

    def word_ids(self, words):
        """`string (N,)` to int32 ids `(N, length)`, each word followed by the end symbol."""
        # No character has more than four bytes.
        words = tf.strings.substr(words, 0, 4 * self.max_characters)
        characters = tf.strings.unicode_split(words, "UTF-8")[:, : self.max_characters]
        end = tf.fill([tf.shape(words)[0], 1], "</s>")
        ids = self._characters(tf.concat([characters, end], axis=1).to_tensor(""))
        # No words give no columns, which a recurrence refuses.
        missing = tf.cast(tf.shape(ids)[1] == 0, tf.int32)
        return tf.pad(tf.cast(ids, tf.int32), [[0, 0], [0, missing]])

    def feature_vector(self, features):
        """`string (N,)` such as `pos=N,case=ABL` or `N;ABL` to a binary float32 vector `(N, M)`."""
        separator = self.vocabulary.separator
        for pattern, replacement in TAG_REWRITES if separator == ";" else ():
            features = tf.strings.regex_replace(features, pattern, replacement)
        names = tf.strings.split(features, separator)
        ids = names.with_flat_values(self._features(names.flat_values))
        # Lookup id 0 is an empty string; id 1, the unknown feature, stands first in the vector.
        size = 2 + len(self.vocabulary.features)
        active = tf.math.bincount(
            ids, minlength=size, maxlength=size, axis=-1, binary_output=True, dtype=tf.float32
        )
        return tf.ensure_shape(active, [None, size])[:, 1:]

    def words(self, ids):
        """Int ids `(..., length)` to strings `(...)`; special symbols leave no trace."""
        return tf.strings.reduce_join(tf.gather(self._symbols, ids), axis=-1)
