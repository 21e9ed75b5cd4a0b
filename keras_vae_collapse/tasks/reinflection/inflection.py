"""Words and features in, inflected words out, for whatever can do it in a graph."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.models import chunks
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.feature_hint import feature_hint
from keras_vae_collapse.tasks.reinflection.vocabulary import warn_unseen


class Inflection:
    """Base of what inflects words: one model, or several together.

    A subclass has a `vocabulary`, and `inflect_strings(sources, features, beam_width)` from
    string tensors `(N,)` to forms `(N, beam_width)` and their log-probabilities, in a graph.
    """

    @property
    def max_characters(self):
        """The longest word that is read whole, more than any word of a language has."""
        return self.codec.max_characters

    @traced
    def _inflect_block(self, sources, features, beam_width):
        return chunks.in_chunks(
            lambda rows: self.inflect_strings(sources[rows], features[rows], beam_width),
            tf.shape(sources)[0],
            [(tf.string, [None]), (tf.float32, [None])],
        )

    def check_source(self, word):
        """Raises `ValueError` if a word, `str` or bytes, is longer than the model reads."""
        limit = self.max_characters
        if len(word) > limit and (isinstance(word, str) or len(word) > 4 * limit):
            raise ValueError(
                f"`sources` must be words of at most {limit} characters. "
                f"Received: a word of {len(word):,}, {word[:20]!r}..."
            )

    def check_features(self, text):
        """Raises `ValueError`, with a hint, unless features are written as in training."""
        try:
            self.vocabulary.check_features(text)
        except ValueError as error:
            hint = feature_hint(text, self.vocabulary)
            raise ValueError(f"{error}. {hint}") from None

    def _in_blocks(self, function, *columns):
        """Applies `function` to blocks of like lengths, in bounded memory, keeping the order."""
        for word in columns[0]:
            self.check_source(word)
        columns = [_as_bytes(column) for column in columns]
        if len({len(column) for column in columns}) > 1:
            raise ValueError(
                "`sources` and `features` must be equally many. Received: "
                + " and ".join(str(len(column)) for column in columns)
            )
        order = np.argsort([len(word) for word in columns[0]], kind="stable")
        results = [None] * len(order)
        for start in range(0, len(order), chunks.BLOCK):
            rows = order[start : start + chunks.BLOCK]
            block = function(*(tf.constant([column[i] for i in rows]) for column in columns))
            for row, *values in zip(rows, *(part.numpy() for part in block), strict=True):
                results[row] = values
        return results

    def inflect(self, sources, features, beam_width=1):
        """The most probable inflected form of each source word, as a list of strings.

        Args:
            sources: source words, a list of strings.
            features: target features of each, strings such as `"pos=N,case=ABL,num=SG"`.
            beam_width: hypotheses kept by the beam search; 1 is greedy search.

        One `DataWarning` counts characters and features that the model never saw.

        Raises:
            ValueError: the lists differ in length, features are not written as in
                training (an empty string is none at all), a word is longer than 512 characters
                and than twice the longest in training, or `beam_width` is not a positive integer.
        """
        features = list(features)
        for wanted in filter(None, dict.fromkeys(features)):
            try:
                self.check_features(_as_text(wanted))
            except ValueError as error:
                place = features.index(wanted)
                raise ValueError(f"`features`, number {place} counted from 0: {error}") from None
        forms = self.inflect_n_best(sources, features, beam_width)
        asked = zip(map(_as_text, sources), map(_as_text, features), strict=True)
        warn_unseen(self.vocabulary, [Example(word, wanted, None) for word, wanted in asked])
        return [n_best[0][0] for n_best in forms]

    def inflect_n_best(self, sources, features, beam_width):
        """For each source a list of `(form, log-probability in nats)`, best first.

        As in an exported model nothing is said of features: unknown ones are read as unknown.
        """
        beam_width = check_integer("beam_width", beam_width, low=1)
        rows = self._in_blocks(
            lambda s, f: self._inflect_block(s, f, beam_width), sources, features
        )
        return [
            [(form.decode("utf-8"), float(log_p)) for form, log_p in zip(*row, strict=True)]
            for row in rows
        ]


def _as_text(string):
    return string.decode("utf-8", "replace") if isinstance(string, bytes) else string


def _as_bytes(strings):
    # A lone surrogate has no UTF-8 form; passed through, the graph reads it as U+FFFD.
    return [s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass") for s in strings]
