"""What is said of sentences that are too long or unknown to a model."""

import functools
import warnings
from collections.abc import Iterable, Iterator

from keras_vae_collapse.tasks.data_errors import DataError, DataWarning, shortened
from keras_vae_collapse.tasks.text.corpus import Sentence
from keras_vae_collapse.tasks.text.subwords import learn_subwords
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary, length_of

_SHOWN = 5


class LengthLimit:
    """Leaves out sentences of too many tokens, and counts them.

    Args:
        length: of a text, its number of tokens.
        unit: what a token is, for messages.
        most: the limit.
        part: what the sentences are for, for messages.

    Attributes:
        sentences, left_out: how many were there, and how many were too long.
    """

    def __init__(self, length, unit, most, part):
        self._length, self._unit, self._most, self._part = length, unit, most, part
        self.sentences = self.left_out = 0
        self._first = ""

    def kept(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        """Those of at most so many tokens, one after the other."""
        self.sentences = self.left_out = 0
        for sentence in sentences:
            self.sentences += 1
            length = self._length(sentence.text)
            if length <= self._most:
                yield sentence
                continue
            self.left_out += 1
            if self.left_out == 1:
                shown = shortened(sentence.text, 40)
                self._first = f"{sentence.place}: {length:,} {self._unit}, {shown}"

    @property
    def message(self):
        """What is to be said of those that were left out; empty where none was."""
        if not self.left_out:
            return ""
        return (
            f"{self.left_out:,} of {self.sentences:,} {self._part} sentences have more than "
            f"{self._most} {self._unit} (length_limit) and are left out, the first in {self._first}"
        )

    def check(self, least=1):
        """Raises `DataError` if fewer than `least` are left."""
        if self.left_out and self.sentences - self.left_out < least:
            raise DataError(f"too few {self._part} sentences are left: {self.message}")


def short_enough(sentences: list[Sentence], vocabulary, most, part, least=1):
    """The sentences of at most `most` tokens; a warning counts the others."""
    limit = LengthLimit(vocabulary.length, vocabulary.unit, most, part)
    kept = list(limit.kept(sentences))
    limit.check(least)
    if limit.message:
        warnings.warn(limit.message, DataWarning, stacklevel=3)
    return kept


def vocabulary_of(
    sentences: Iterable[Sentence], tokens: str, vocabulary_limit: int, length_limit: int
) -> TokenVocabulary:
    """The vocabulary of training sentences, of which some may be too long.

    Words and characters are those of the sentences that are kept. Subwords are those of all: how
    many a sentence has is known only when they are.

    Args:
        sentences: gone through more than once.
        tokens, vocabulary_limit, length_limit: as for `TextTask`.
    """
    if tokens == "subwords":
        subwords, merges = learn_subwords(_Texts(sentences), vocabulary_limit)
        vocabulary = TokenVocabulary(subwords, 1, tokens, merges)
        lengths = (vocabulary.length(s.text) for s in sentences)
        return vocabulary.reaching(max((n for n in lengths if n <= length_limit), default=1))
    length = functools.partial(length_of, unit=tokens)
    kept = LengthLimit(length, tokens, length_limit, "training").kept(sentences)
    return TokenVocabulary.from_texts((s.text for s in kept), vocabulary_limit, tokens)


class _Texts:
    """The texts of sentences, as often as one asks."""

    def __init__(self, sentences):
        self._sentences = sentences

    def __iter__(self):
        return (sentence.text for sentence in self._sentences)


def check_readable(model, sentences: list[Sentence]):
    """Makes sure that a model reads each sentence whole.

    Raises:
        DataError: it does not; the message names place, length and sentence.
    """
    vocabulary, limit = model.vocabulary, model.codec.max_tokens
    for sentence in sentences:
        length = vocabulary.length(sentence.text)
        if length > limit:
            raise DataError(
                f"{sentence.place}: {length:,} {vocabulary.unit}; the model reads at most "
                f"{limit:,}: "
                f"{shortened(sentence.text, 40)}"
            )


def warn_all_unknown(vocabulary, sentences, part="development"):
    """One `DataWarning` if no token of the sentences is known: another language, perhaps.

    Returns:
        Whether there was one.
    """
    if not sentences or any(
        len(vocabulary.unknown(s.text)) < vocabulary.figure_length(s.text) for s in sentences
    ):
        return False
    warnings.warn(
        f"no token of the {len(sentences):,} {part} sentences is known, the first is "
        f"{shortened(sentences[0].text, 60)} ({sentences[0].place}): all are read as unknown, "
        "and figures on them say nothing",
        DataWarning,
        stacklevel=3,
    )
    return True


def warn_unknown(vocabulary, sentences):
    """One `DataWarning` that counts the tokens that the model does not know and names some."""
    unknown = [token for sentence in sentences for token in vocabulary.unknown(sentence.text)]
    if not unknown:
        return
    total = sum(vocabulary.figure_length(sentence.text) for sentence in sentences)
    names = list(dict.fromkeys(unknown))
    shown = ", ".join(shortened(name, 20) for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    kind = vocabulary.figure_unit[: None if total > 1 else -1]
    warnings.warn(
        f"{len(unknown):,} of {total:,} {kind} unknown to the model: {shown}{more}",
        DataWarning,
        stacklevel=3,
    )
