"""A corpus by the name a flag gives it: `demo`, a file, or a directory of files."""

import logging
import os
import pathlib
import random
import re

from keras_vae_collapse.tasks.data_errors import DataError, shown_path
from keras_vae_collapse.tasks.text.corpus import Sentence, read_sentences
from keras_vae_collapse.tasks.text.demo_grammar import demo_sentences

DEMO = "demo"
# Figures of a latent compare sentences with one another: one alone has none.
_LEAST_DEV, _MOST_DEV, _SHARE = 2, 1000, 0.1
_DEV_NAMES = ("valid", "validation", "dev", "val")


def load_sentences(
    name: str | os.PathLike, dev: str | os.PathLike | None = None
) -> tuple[list[Sentence], list[Sentence]]:
    """The training and development sentences of a corpus.

    Args:
        name: `"demo"`, the embedded corpus (a file of that name must be given as `./demo`); a
            file of one sentence a line, plain or packed by gzip; or a directory with `train.txt`
            and `valid.txt`, or names such as `ptb.train.txt` and `ptb.valid.txt`, also `.gz`.
            Other files, such as `test.txt`, are not read.
        dev: a file of development sentences. Without one it is the file beside the directory's
            training file, or a tenth of the sentences, from 2 to 1,000, is held out: a random
            choice that is always the same, with all copies of a sentence on one side.

    Returns:
        `(train, dev)`, lists of `Sentence`.

    Raises:
        DataError: something is missing or bad; the message names file, line and value.
        OSError: a file cannot be read.

    Example:

    ```python
    from keras_vae_collapse.tasks.text import load_sentences

    train, dev = load_sentences("demo")
    assert not {s.text for s in train} & {s.text for s in dev}
    ```
    """
    if os.fspath(name) == DEMO:
        demo = demo_sentences()
        return demo["train"], demo["dev"] if dev is None else development(dev)
    path, dev = corpus_files(name, dev)
    sentences = read_sentences(path)
    if dev is None:
        return _held_out(sentences, path)
    return sentences, development(dev)


def corpus_files(name, dev=None):
    """The training file of a corpus and its development file, `None` where it has none.

    Raises:
        DataError: there is no such file, or more than one.
    """
    path = pathlib.Path(name)
    if path.is_dir():
        folder, path = path, _the_file(path, ("train",))
        dev = dev or _the_file(folder, _DEV_NAMES, required=False)
    elif not path.exists():
        raise DataError(f"no such file or directory: {shown_path(path)}")
    return path, dev


def development(path):
    """The sentences of a development file, at least two."""
    sentences = read_sentences(path)
    if len(sentences) < _LEAST_DEV:
        raise DataError(
            f"{sentences[0].place}: the only sentence, {sentences[0].text!r}; a development set "
            "needs at least two, since the figures of a latent compare them"
        )
    return sentences


def _the_file(folder, splits, required=True):
    """The one file of a directory whose name says that it is of one of these splits."""
    pattern = re.compile(rf"(.*[._-])?({'|'.join(splits)})(\.(txt|text|tokens|gz))*", re.I)
    found = sorted(p for p in folder.iterdir() if p.is_file() and pattern.fullmatch(p.name))
    if len(found) == 1:
        return found[0]
    if not found and not required:
        return None
    names = ", ".join(ascii(p.name) for p in (found or sorted(folder.iterdir()))[:10])
    wanted = f"one file such as {splits[0]}.txt or ptb.{splits[0]}.txt"
    raise DataError(f"{shown_path(folder)}: expected {wanted}, found {names or 'no file'}")


def _held_out(sentences, path):
    """Takes a share of the sentences for development, all copies of a sentence together."""
    texts = list(dict.fromkeys(sentence.text for sentence in sentences))
    chosen = {texts[number] for number in drawn_for_development(len(texts), texts[0], path)}
    train = [sentence for sentence in sentences if sentence.text not in chosen]
    dev = [sentence for sentence in sentences if sentence.text in chosen]
    say_held_out(path, len(dev), len(sentences))
    return train, dev


def drawn_for_development(count, first, path):
    """Which of `count` different sentences are held out, numbers counted from 0.

    Raises:
        DataError: they are too few; `first` is one of them, for the message.
    """
    if count <= _LEAST_DEV:
        raise DataError(
            f"{shown_path(path)}: {count} different sentence{'s' * (count > 1)}, the "
            f"first {first!r}; at least {_LEAST_DEV + 1} make a training and a development set. "
            "Give more, or a development file (--dev=FILE)"
        )
    share = max(_LEAST_DEV, min(_MOST_DEV, round(_SHARE * count)))
    return random.Random(0).sample(range(count), share)


def say_held_out(path, held_out, sentences):
    """One line about what is held out for want of a development file."""
    logging.info(
        "%s: without a development file (--dev=FILE) %s of %s sentences are held out",
        shown_path(path), f"{held_out:,}", f"{sentences:,}",
    )  # fmt: skip
