"""What `kvc-sample` is asked of a model of sentences, and its answer."""

import os
import sys

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.data_errors import DataError
from keras_vae_collapse.tasks.text.corpus import (
    Sentence,
    decoded,
    normalized,
    read_sentences,
    sentences_of,
)


class Request:
    """Options of the command, with all that they name read.

    Args:
        options: the parsed options.
        sentences: those to answer to.
        candidates: those to look for neighbours in.
    """

    def __init__(self, options, sentences=(), candidates=()):
        self.options, self.sentences, self.candidates = options, sentences, candidates

    def rows(self, model):
        """The rows to print, lists of cells."""
        from keras_vae_collapse.tasks.text.sentence_checks import check_readable, warn_unknown

        options, texts = self.options, [sentence.text for sentence in self.sentences]
        check_readable(model, [*self.sentences, *self.candidates])
        warn_unknown(model.vocabulary, [*self.sentences, *self.candidates])
        beam_width = options.beam_width
        if options.reconstruct:
            return self._beside(model.reconstruct(texts, beam_width))
        if options.start is not None:
            path = model.interpolate(*texts, options.steps, options.spherical, beam_width)
            return [*zip(np.linspace(0.0, 1.0, len(path)).tolist(), path, strict=True)]
        if self.candidates:
            return self._neighbours(model, texts)
        return [(text,) for text in model.sample(options.count, options.seed, beam_width)]

    def _beside(self, outputs):
        """An output for each line that was read; an empty line has an empty one."""
        answers = dict(zip((s.line for s in self.sentences), outputs, strict=True))
        return [(answers.get(line, ""),) for line in range(1, max(answers) + 1)]

    def _neighbours(self, model, texts):
        from keras_vae_collapse.tasks.text.neighbours import nearest_sentences

        near, candidates = self.options.near is not None, [s.text for s in self.candidates]
        count = self.options.count if near else self.options.neighbours
        found = nearest_sentences(model, texts, candidates, count)
        if near:
            return found[0]
        return [(text, *row) for text, rows in zip(texts, found, strict=True) for row in rows]


def read_request(options) -> Request:
    """Reads what the options name, before TensorFlow is loaded.

    Raises:
        DataError: a sentence is empty, not UTF-8, or holds NUL.
        ValueError: an option lies outside its range, or is not for sentences.
        OSError: a file cannot be read.
    """
    if options.features is not None:
        raise ValueError("--features is for a model of words; a sentence has none")
    for name, low in (("count", 1), ("seed", 0), ("beam_width", 1), ("steps", 2)):
        check_integer(name, getattr(options, name), low=low)
    if options.reconstruct:
        read = _standard_input() if options.file in (None, "-") else read_sentences(options.file)
        return Request(options, read)
    if options.neighbours is not None:
        check_integer("neighbours", options.neighbours, low=1)
        candidates = read_sentences(options.file)
        return Request(options, _standard_input(), candidates)
    if options.near is not None:
        return Request(options, [_given("--near", options.near)], read_sentences(options.file))
    if options.start is not None:
        names = ("--between",) * 2 if options.between else ("--from", "--to")
        ends = zip(names, (options.start, options.end), strict=True)
        return Request(options, [_given(name, text) for name, text in ends])
    return Request(options)


def _standard_input():
    return sentences_of(sys.stdin.buffer, "standard input")


def _given(name, text):
    """A sentence of the command line, whose bytes need not be UTF-8."""
    checked = normalized(decoded(os.fsencode(text), name))
    if not checked:
        raise DataError(f"{name}: expected a sentence that is not empty. Received: {text!r}")
    return Sentence(checked)
