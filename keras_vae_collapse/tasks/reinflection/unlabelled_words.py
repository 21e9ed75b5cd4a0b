"""Words without features as rows of ids, in little memory."""

import array
import dataclasses
import hashlib
import logging
import warnings

import numpy as np

from keras_vae_collapse.core.special_ids import UNK
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning, shown_path
from keras_vae_collapse.tasks.reinflection.unseen_words import words_of
from keras_vae_collapse.tasks.reinflection.vocabulary import unseen_message
from keras_vae_collapse.tasks.reinflection.word_lists import read_words


class IdRows:
    """Sequences of ids, as `training_dataset` takes them in place of a padded array.

    A million words of ten letters take 50 MB; padded to the longest of them it would be four
    times as much, or more.

    Args:
        ids: the ids of all rows, one after the other.
        lengths: of the rows.
    """

    dtype = np.dtype("int32")

    def __init__(self, ids, lengths):
        self._ids = np.asarray(ids, self.dtype)
        self.lengths = np.asarray(lengths, "int32")
        self._ends = np.cumsum(self.lengths, dtype="int64")

    def __len__(self):
        return len(self.lengths)

    @property
    def shape(self):
        """Of the padded array."""
        return len(self), int(self.lengths.max(initial=1))

    def __getitem__(self, rows):
        """The rows of these numbers, padded with 0 to the longest of them."""
        lengths, starts = self.lengths[rows], (self._ends - self.lengths)[rows]
        columns = np.arange(lengths.max(initial=1))
        inside = columns < lengths[:, None]
        places = np.where(inside, starts[:, None] + columns, 0)
        return np.where(inside, self._ids[places], 0).astype(self.dtype)

    def chosen(self, rows):
        """`IdRows` of some rows, a boolean array."""
        return IdRows(self._ids[np.repeat(rows, self.lengths)], self.lengths[rows])


@dataclasses.dataclass(frozen=True, eq=False)
class UnlabelledWords:
    """Words without features, and what was found out about them.

    Attributes:
        rows: `IdRows` of the words.
        with_unseen: boolean array: which words have a character that the vocabulary lacks.
        known: the words of development examples that are among them, a set.
        sha256: of the words, in their order.
        paths: the files.
    """

    rows: IdRows
    with_unseen: np.ndarray
    known: set
    sha256: str
    paths: tuple

    def __len__(self):
        return len(self.rows)

    def sequences(self, unseen="unknown"):
        """The `IdRows` to train on.

        Args:
            unseen: what becomes of words with characters that training has not seen:
                `"unknown"`, those characters are read as unknown, or `"drop"`.

        Raises:
            DataError: nothing is left.
        """
        rows = self.rows if unseen == "unknown" else self.rows.chosen(~self.with_unseen)
        if not len(rows):
            raise DataError(
                f"{', '.join(map(shown_path, self.paths))}: every word has characters that were "
                "not seen in training, and unlabeled.unseen=drop leaves them out"
            )
        return rows


def read_unlabelled(paths, vocabulary, train, dev):
    """The words of files, as ids.

    Words longer than the model writes are left out, with a count. One `DataWarning` each tells of
    characters that training has not seen, of targets of development examples among the words, and
    of words all of which have labels.

    Args:
        paths: files of one word a line, see `read_words`; a list.
        vocabulary: that of the labelled examples.
        train, dev: the labelled examples and those of development.

    Returns:
        `UnlabelledWords`.

    Raises:
        DataError: a file cannot be read, or all words are too long.
    """
    reader = _Reader(vocabulary, words_of(train), words_of(dev), {e.target for e in dev})
    for word, path, line in read_words(paths):
        reader.read(word, path, line)
    names = ", ".join(map(shown_path, paths))
    if not reader.lengths:
        raise DataError(
            f"{names}: no word is left: all {reader.too_long:,} are longer than "
            f"{vocabulary.max_form_length} characters, the most that the model writes"
        )
    reader.report(names)
    return UnlabelledWords(
        IdRows(reader.ids, reader.lengths),
        np.frombuffer(reader.with_unseen, bool),
        reader.known,
        reader.digest.hexdigest(),
        tuple(map(str, paths)),
    )


class _Reader:
    """Takes words one by one."""

    def __init__(self, vocabulary, labelled, dev_words, targets):
        self._vocabulary, self._labelled = vocabulary, labelled
        self._dev_words, self._targets = dev_words, targets
        self.ids, self.lengths, self.with_unseen = array.array("i"), array.array("i"), bytearray()
        self.known, self._unseen, self.digest = set(), {}, hashlib.sha256()
        self.too_long, self._new = 0, 0

    def read(self, word, path, line):
        if len(word) > self._vocabulary.max_form_length:
            self.too_long += 1
            return
        ids = self._vocabulary.encode_word(word)
        self.ids.extend(ids)
        self.lengths.append(len(ids))
        self.digest.update(f"{word}\n".encode())
        has_unseen = UNK in ids
        self.with_unseen.append(has_unseen)
        if has_unseen:
            for i, character in zip(ids, word, strict=False):
                if i == UNK:
                    key, place = ("character", character), f"{shown_path(path)}, line {line}"
                    count, place = self._unseen.get(key, (0, place))
                    self._unseen[key] = (count + 1, place)
        if word in self._dev_words:
            self.known.add(word)
        self._new += word not in self._labelled

    def report(self, names):
        """Logs what was read, and warns of what deserves a look."""
        count = len(self.lengths)
        left_out = f", {self.too_long:,} too long for the model left out" if self.too_long else ""
        logging.info("%s: %s words without features%s", names, f"{count:,}", left_out)
        if self._unseen:
            with_unseen = sum(self.with_unseen)
            self._warn(
                f"{names}: {with_unseen:,} of {count:,} words without features have characters "
                "that are not in the labelled examples (--set unlabeled.unseen=drop leaves such "
                f"words out): {unseen_message(self._unseen)}"
            )
        if found := self.known & self._targets:
            self._warn(
                f"{names}: {len(found):,} of {len(self._targets):,} development targets are among "
                "the words without features: figures on the development set say less about new "
                "words"
            )
        if not self._new:
            self._warn(
                f"{names}: all {count:,} words without features are in the labelled examples, too: "
                "there is nothing new to learn from them"
            )

    def _warn(self, message):
        warnings.warn(message, DataWarning, stacklevel=5)
