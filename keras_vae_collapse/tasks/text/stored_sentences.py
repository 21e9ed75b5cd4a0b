"""Sentences that stay on the disk, as ids, and are read when they are asked for."""

import collections.abc
import os
import threading

import numpy as np

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.tasks.text.corpus import Sentence
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary

STORED = np.dtype("<i4")


class StoredIds:
    """Rows of ids of different lengths in a file, padded when they are read.

    It stands for the array `(N, longest)` of all rows, as far as batches need one: `len`, `shape`,
    `dtype`, and `ids[rows]` for row numbers or a slice, which has as many columns as the longest
    of these rows. No part of the file is kept in memory.

    Args:
        path: the file, little-endian int32, row after row.
        ends: of each row, where it ends, counted in ids; int64 `(N,)`.
    """

    dtype = np.dtype("int32")

    def __init__(self, path: str | os.PathLike, ends: np.ndarray):
        self.path, self._ends = path, ends
        self.lengths = np.diff(ends, prepend=0).astype("int32")
        self.shape = (len(ends), int(self.lengths.max(initial=0)))
        # One file for all threads that read, none until there is one, so that it can be copied.
        self._lock, self._file = threading.Lock(), None

    def __len__(self):
        return len(self._ends)

    def __getitem__(self, rows):
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        rows = np.asarray(rows)
        lengths = self.lengths[rows]
        ids = np.full((len(rows), int(lengths.max(initial=0))), PAD, self.dtype)
        with self._lock:
            self._file = self._file or open(self.path, "rb", buffering=0)  # noqa: SIM115
            for row, end, length in zip(ids, self._ends[rows], lengths, strict=True):
                self._file.seek(STORED.itemsize * int(end - length))
                row[:length] = np.frombuffer(self._whole(int(length)), STORED)
        return ids

    def _whole(self, length):
        """The next `length` ids as bytes; a file may give fewer bytes than it is asked for."""
        wanted = STORED.itemsize * length
        data = self._file.read(wanted)
        while len(data) < wanted:
            more = self._file.read(wanted - len(data))
            if not more:
                raise OSError(f"{self.path}: the file is shorter than it was when it was opened")
            data += more
        return data


class StoredSentences(collections.abc.Sequence):
    """A list of sentences of which only the places in a file are in memory.

    Args:
        ids: a `StoredIds`.
        vocabulary: the `TokenVocabulary` that the ids are of. What it does not know is lost: an
            unknown token of a sentence is `<unk>`.
    """

    def __init__(self, ids: StoredIds, vocabulary: TokenVocabulary):
        self.ids, self._vocabulary = ids, vocabulary

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return Sentence(self._vocabulary.decode(self.ids[[number]][0]))
