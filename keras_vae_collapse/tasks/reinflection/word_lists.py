"""Files of words, one a line, that nobody has labelled."""

import itertools
import os

from keras_vae_collapse.tasks.data_errors import DataError, shortened, shown_path
from keras_vae_collapse.tasks.reinflection.lines import (
    MAX_LINE_BYTES,
    READ_ERRORS,
    numbered_lines,
)
from keras_vae_collapse.tasks.reinflection.unicode import forbidden_character

WRITER = "python -m keras_vae_collapse.commands.word_list"


def read_words(paths):
    """Yields `(word, path, line)` of every line of files of words, one file after the other.

    Files are UTF-8, perhaps packed with gzip or xz. Empty lines are passed over; a word that
    stands there twice is yielded twice. Nothing is normalised or cased, and no more than a line
    is held in memory.

    Args:
        paths: the files, a list.

    Raises:
        DataError: a file is missing, unreadable or has no word; or a line is longer than 10,000
            bytes, is not UTF-8, has a tab, a forbidden character or white space at its ends.
            The first such line is named.

    Example:

    ```python
    import pathlib, tempfile
    from keras_vae_collapse.tasks.reinflection.word_lists import read_words

    path = pathlib.Path(tempfile.mkdtemp()) / "words"
    path.write_text("ev\\ngöz\\n", encoding="utf-8")
    assert [word for word, *_ in read_words([path])] == ["ev", "göz"]
    ```
    """
    for path in paths:
        yield from _words_of(path)


def _words_of(path):
    name, words = shown_path(path), 0
    lines = numbered_lines(path)
    while True:
        try:
            number, raw = next(lines)
        except StopIteration:
            break
        except READ_ERRORS as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(f"cannot read {name}: {reason}") from error
        try:
            word = _word(raw.rstrip(b"\r\n"))
        except ValueError as error:
            raise DataError(f"{name}, line {number}: {error}") from None
        if word:
            words += 1
            yield word, str(path), number
    if not words:
        raise DataError(f"{name} is empty: expected a word a line")


def _word(raw):
    if len(raw) > MAX_LINE_BYTES:
        raise ValueError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        word = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, position = raw[error.start], error.start + 1
        raise ValueError(f"byte 0x{byte:02X} (number {position}) is not UTF-8") from None
    if "\t" in word:
        raise ValueError(
            f"expected one word, received {word.count(chr(9)) + 1} columns: {shortened(word)}. Is "
            f"it a file of labelled examples? Make a list of their words: {WRITER} --help"
        )
    if wrong := forbidden_character(word):
        raise ValueError(f"the forbidden character {wrong} in {shortened(word)}")
    if word != word.strip():
        if not word.strip():
            return ""
        raise ValueError(f"the word begins or ends with white space: {shortened(word)}")
    return word


def given_paths(texts):
    """The files of a flag: each text is a file, or several, joined by commas."""
    parts = ([text] if os.path.exists(text) else text.split(",") for text in texts)
    return [path for path in itertools.chain(*parts) if path]
