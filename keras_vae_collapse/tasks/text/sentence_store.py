"""A corpus larger than memory: read once, kept as ids on the disk."""

import array
import dataclasses
import hashlib
import json
import logging
import os
import pathlib
import warnings

import numpy as np

from keras_vae_collapse.core.files import replacing, write_json
from keras_vae_collapse.tasks.data_errors import DataWarning, shown_path
from keras_vae_collapse.tasks.text.corpus import Sentence, stream_sentences
from keras_vae_collapse.tasks.text.load import (
    DEMO,
    corpus_files,
    development,
    drawn_for_development,
    say_held_out,
)
from keras_vae_collapse.tasks.text.sentence_checks import LengthLimit, vocabulary_of
from keras_vae_collapse.tasks.text.stored_sentences import STORED, StoredIds, StoredSentences
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary

_FORMAT = 1
_LARGE, _BLOCK = 64 * 2**20, 2**20
_IDS, _ENDS, _ABOUT = "ids.int32", "ends.npy", "about.json"


@dataclasses.dataclass(frozen=True)
class StoredCorpus:
    """A corpus whose training sentences are on the disk.

    Attributes:
        train: a `StoredSentences`.
        dev: the development sentences, a list.
        vocabulary: a `TokenVocabulary`.
        sha256: of the sentences, as `TextTask.description` has it.
    """

    train: StoredSentences
    dev: list[Sentence]
    vocabulary: TokenVocabulary
    sha256: str


def stored_corpus(name, dev=None, tokens="words", vocabulary_limit=10_000, length_limit=200):
    """The corpus that `load_sentences` would give, kept as ids in the cache folder.

    Sentences, vocabulary, development set and warnings are the same as those of a corpus in
    memory. The file is gone through a few times, a line at a time; a second call for the same
    content and settings finds what the first has left. Memory holds the different tokens, while
    the file is read a hash of each sentence (if some are to be held out), and then about 12 bytes
    for each.

    Args:
        name, dev: a file or a directory, as for `load_sentences`; `demo` is none.
        tokens, vocabulary_limit, length_limit: as for `TextTask`.

    Returns:
        A `StoredCorpus`.

    Raises:
        DataError: the data are bad; the message names file, line and value.
        OSError: a file cannot be read, or the cache folder cannot be written.
    """
    path, dev = corpus_files(name, dev)
    reading = _Reading(path, dev, tokens, vocabulary_limit, length_limit)
    folder = cache_folder() / reading.key()
    if not (folder / _ABOUT).is_file():
        logging.info("%s: its sentences are kept as ids in %s", shown_path(path), folder)
        with replacing(folder) as temporary:
            temporary.mkdir()
            reading.write(temporary)
    about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    if dev is None:
        say_held_out(path, about["held_out"], about["sentences"])
    for message in about["warnings"]:
        warnings.warn(message, DataWarning, stacklevel=3)
    vocabulary = TokenVocabulary.from_config(about["vocabulary"])
    ids = StoredIds(folder / _IDS, np.load(folder / _ENDS))
    dev_sentences = [Sentence(*sentence) for sentence in about["dev"]]
    return StoredCorpus(
        StoredSentences(ids, vocabulary), dev_sentences, vocabulary, about["sha256"]
    )


def is_large(name) -> bool:
    """Whether a corpus had better stay on the disk: more than 64 MB, or 16 MB if it is packed."""
    if os.fspath(name) == DEMO:
        return False
    path, _ = corpus_files(name)
    if not path.is_file():  # a pipe, which can be read once
        return False
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return path.stat().st_size > (_LARGE // 4 if packed else _LARGE)


def cache_folder() -> pathlib.Path:
    """Where ids are kept: `sentences` in `KERAS_VAE_COLLAPSE_CACHE` or in the user's cache."""
    import pooch

    cache = os.environ.get("KERAS_VAE_COLLAPSE_CACHE") or pooch.os_cache("keras_vae_collapse")
    return pathlib.Path(cache) / "sentences"


@dataclasses.dataclass(frozen=True)
class _Reading:
    """Files and settings: what the ids are made of."""

    path: pathlib.Path
    dev: str | os.PathLike | None
    tokens: str
    vocabulary_limit: int
    length_limit: int

    def key(self):
        """A name for what comes of them: other contents, places or settings have another."""
        digest = hashlib.sha256()
        for path in (self.path, self.dev):
            digest.update(f"{path and os.path.abspath(path)}\n".encode("utf-8", "surrogateescape"))
            if path is not None:
                with open(path, "rb") as file:
                    while block := file.read(_BLOCK):
                        digest.update(block)
        settings = [_FORMAT, self.tokens, self.vocabulary_limit, self.length_limit]
        digest.update(json.dumps(settings).encode())
        return digest.hexdigest()[:32]

    def write(self, folder):
        """Writes ids, their places and all that is known of the corpus."""
        training = _Training(self.path, None if self.dev is not None else _held_out(self.path))
        vocabulary = vocabulary_of(training, self.tokens, self.vocabulary_limit, self.length_limit)

        def limit(part):
            return LengthLimit(vocabulary.length, vocabulary.unit, self.length_limit, part)

        train_limit, dev_limit = limit("training"), limit("development")
        digest, lengths = hashlib.sha256(), array.array("q")
        with open(folder / _IDS, "wb") as file:
            for sentence in train_limit.kept(training):
                ids = vocabulary.encode(sentence.text)
                lengths.append(len(ids))
                file.write(np.array(ids, STORED).tobytes())
                digest.update(f"{sentence.text}\n".encode())
        train_limit.check()
        np.save(folder / _ENDS, np.cumsum(lengths, dtype=np.int64))
        held_out = training.held_out if self.dev is None else development(self.dev)
        dev = list(dev_limit.kept(held_out))
        dev_limit.check(least=2)
        digest.update(b"\n" + "".join(f"{s.text}\n" for s in dev).encode() + b"\n")
        about = {
            "sentences": train_limit.sentences + len(training.held_out),
            "held_out": len(training.held_out),
            "sha256": digest.hexdigest(),
            "warnings": [each.message for each in (train_limit, dev_limit) if each.message],
            "vocabulary": vocabulary.to_config(),
            "dev": [dataclasses.astuple(sentence) for sentence in dev],
        }
        write_json(folder / _ABOUT, about)


class _Training:
    """The training sentences of a file, which can be gone through again.

    Attributes:
        held_out: once that was done, the others.
    """

    def __init__(self, path, hashes):
        self._path, self._hashes, self.held_out = path, hashes or frozenset(), []

    def __iter__(self):
        self.held_out = []
        for sentence in stream_sentences(self._path):
            if self._hashes and _hash(sentence.text) in self._hashes:
                self.held_out.append(sentence)
            else:
                yield sentence


def _held_out(path):
    """The hashes of the sentences that are held out, those that `load_sentences` holds out."""
    hashes, first = array.array("Q"), None
    for sentence in stream_sentences(path):
        first = first or sentence.text
        hashes.append(_hash(sentence.text))
    values, places = np.unique(np.frombuffer(hashes, np.uint64), return_index=True)
    values = values[np.argsort(places)]  # in the order of the file
    chosen = drawn_for_development(len(values), first, path)
    return frozenset(values[chosen].tolist())


def _hash(text):
    """64 bits of a text: of a hundred million, two are alike by chance in one corpus of 4,000."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
