"""Sentences to ids and back, inside the graph, so that an exported model takes plain strings."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, FIRST_SYMBOL, PAD
from keras_vae_collapse.tasks.text.subword_graph import SubwordGraph
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary

# No token of either unit looks like these, since they are of several words.
_UNKNOWN, _START, _END = "unknown token", "start of sentence", "end of sentence"


class TokenCodec(keras.layers.Layer):
    """Sentences to ids and ids to sentences, with TensorFlow ops alone.

    An unknown token becomes the unknown symbol. White space is that of ASCII; its kind and amount
    leave no trace. Nothing else is normalised. A sentence is read up to its first `max_tokens`,
    so that no caller can make an exported model run for as long as a text of megabytes takes.

    Args:
        vocabulary: a `TokenVocabulary`.

    Example:

    ```python
    from keras_vae_collapse.tasks.text import TokenCodec, TokenVocabulary

    codec = TokenCodec(TokenVocabulary.from_texts(["it rains"]))
    ids = codec.ids(["it  snows", "rains"])
    assert ids.numpy().tolist() == [[4, 1, 3], [5, 3, 0]]
    assert codec.texts(ids).numpy().tolist() == [b"it", b"rains"]
    ```
    """

    def __init__(self, vocabulary: TokenVocabulary, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.vocabulary = vocabulary
        self._lookup = keras.layers.StringLookup(
            vocabulary=[_START, _END, *vocabulary.tokens], mask_token="", oov_token=_UNKNOWN
        )
        self._subwords = None
        if vocabulary.unit == "subwords":
            self._subwords = SubwordGraph(vocabulary.ids, vocabulary.merges, self._lookup)
        before = vocabulary.separator
        self._symbols = [""] * FIRST_SYMBOL + [before + token for token in vocabulary.tokens]
        self.built = True

    @property
    def max_tokens(self) -> int:
        """The longest sentence that is read whole."""
        return max(512, 2 * self.vocabulary.max_length)

    def ids(self, texts):
        """`string (N,)` to int32 ids `(N, length)`, each sentence followed by the end symbol."""
        texts = tf.strings.strip(tf.strings.regex_replace(texts, r"[ \t\n\v\f\r]+", " "))
        if self._subwords is not None:
            ids = self._subwords.ids(texts, self.max_tokens)
            end = tf.fill([tf.shape(texts)[0], 1], EOS)
            ids = tf.concat([ids, end], axis=1).to_tensor(PAD)
        else:
            ids = self._looked_up(texts)
        # No sentences give no columns, which a recurrence refuses.
        missing = tf.cast(tf.shape(ids)[1] == 0, tf.int32)
        return tf.pad(ids, [[0, 0], [0, missing]])

    def _looked_up(self, texts):
        if self.vocabulary.unit == "words":
            tokens = tf.strings.split(texts)
        else:
            tokens = tf.strings.unicode_split(texts, "UTF-8")
        tokens = tokens[:, : self.max_tokens]
        end = tf.fill([tf.shape(texts)[0], 1], _END)
        return tf.cast(self._lookup(tf.concat([tokens, end], axis=1).to_tensor("")), tf.int32)

    def texts(self, ids):
        """Int ids `(..., length)` to strings `(...)`; special symbols leave no trace."""
        texts = tf.strings.reduce_join(tf.gather(self._symbols, ids), axis=-1)
        return texts if self.vocabulary.unit == "characters" else tf.strings.strip(texts)
