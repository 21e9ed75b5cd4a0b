"""Files of sentences, one a line."""

import codecs
import collections.abc
import contextlib
import dataclasses
import gzip
import os
import re
import typing
import zlib

from keras_vae_collapse.tasks.data_errors import DataError, shortened, shown_path

# A longer line is no sentence, but a file that has its lines in another way.
MAX_LINE_BYTES = 100_000
_WHITE = re.compile("[ \t\n\v\f\r]+")


@dataclasses.dataclass(frozen=True)
class Sentence:
    """A sentence, its tokens joined by single spaces; and where it was read, for messages.

    Places do not count when sentences are compared.
    """

    text: str
    path: str | None = dataclasses.field(default=None, compare=False)
    line: int | None = dataclasses.field(default=None, compare=False)

    @property
    def place(self):
        """Where the sentence was read, for messages."""
        if self.path is None:
            return f"sentence {shortened(self.text)}"
        return f"{shown_path(self.path)}, line {self.line}"


def normalized(text: str) -> str:
    """A text without white space at its ends and with single spaces elsewhere.

    White space is that of ASCII, as TensorFlow splits strings; other spaces belong to tokens.
    """
    return _WHITE.sub(" ", text).strip(" ")


def read_sentences(path: str | os.PathLike) -> list[Sentence]:
    """The sentences of a text file, one a line; lines of white space alone are left out.

    Args:
        path: a UTF-8 file, plain or packed by gzip, whatever it is called.

    Raises:
        DataError: a line is not UTF-8, holds a NUL character, or has more than 100,000 bytes; or
            the file holds no sentence. The message names file, line and value.
        OSError: the file cannot be read.

    Example:

    ```python
    import pathlib, tempfile
    from keras_vae_collapse.tasks.text import read_sentences

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sentences.txt"
        path.write_text("a dog barks .\\n\\n it  rains .\\n")
        assert [s.text for s in read_sentences(path)] == ["a dog barks .", "it rains ."]
    ```
    """
    return list(stream_sentences(path))


def stream_sentences(path: str | os.PathLike) -> collections.abc.Iterator[Sentence]:
    """As `read_sentences`, one sentence after the other, none of them kept."""
    name = os.fspath(path)
    with open(name, "rb") as file:
        yield from _stream(file, name)


def sentences_of(file: typing.BinaryIO, name: str) -> list[Sentence]:
    """The sentences of an open file, such as `sys.stdin.buffer`; see `read_sentences`.

    Args:
        file: a buffered binary file.
        name: what messages call it.
    """
    return list(_stream(file, name))


def _stream(file, name):
    found = False
    try:
        for number, raw in _numbered_lines(file):
            text = normalized(decoded(raw, f"{shown_path(name)}, line {number}"))
            if text:
                found = True
                yield Sentence(text, name, number)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{shown_path(name)}: damaged gzip file: {error}") from error
    if not found:
        raise DataError(f"{shown_path(name)}: no sentence in it; expected one a line")


def _numbered_lines(file):
    packed = file.peek(2).startswith(b"\x1f\x8b")
    with gzip.open(file) if packed else contextlib.nullcontext(file) as stream:
        lines = iter(lambda: stream.readline(MAX_LINE_BYTES + 2), b"")
        for number, raw in enumerate(lines, start=1):
            yield number, raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw


def decoded(raw: bytes, place: str) -> str:
    """The text of a line.

    Raises:
        DataError: as `read_sentences`; the message begins with `place`.
    """
    if len(raw.rstrip(b"\r\n")) > MAX_LINE_BYTES:
        start = shortened(raw[:60].decode("utf-8", "replace"))
        raise DataError(
            f"{place}: a line of more than {MAX_LINE_BYTES:,} bytes, which is no sentence; "
            f"expected one sentence a line. It begins {start}"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{place}: byte 0x{raw[error.start]:02x} at position {error.start + 1} is not UTF-8: "
            f"{shortened(raw.decode('utf-8', 'replace').strip())}"
        ) from None
    if "\0" in text:
        raise DataError(
            f"{place}: a NUL character (U+0000) at position {text.index(chr(0)) + 1}: "
            f"{shortened(text.strip())}"
        )
    return text
