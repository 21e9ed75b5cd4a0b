"""The lines of a file of bytes, whatever it is packed in and however long they are."""

import codecs
import contextlib
import gzip
import lzma
import zlib

MAX_LINE_BYTES = 10_000
# What reading a file of any kind may raise.
READ_ERRORS = (OSError, EOFError, lzma.LZMAError, zlib.error)
_PACKED = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\0": lzma.open}


def numbered_lines(path):
    """Yields `(number, bytes)` of each line, its end included, of a plain, gzip or xz file.

    A byte order mark at the start is read away. A line that is longer than `MAX_LINE_BYTES` is
    the last one and is cut: a file that is one endless line must not fill the memory.

    Raises:
        One of `READ_ERRORS`: the file cannot be read or unpacked.
    """
    with open(path, "rb") as file:
        start = file.peek(6)
        packed = [opener for magic, opener in _PACKED.items() if start.startswith(magic)]
        with packed[0](file) if packed else contextlib.nullcontext(file) as stream:
            longest = MAX_LINE_BYTES + len(codecs.BOM_UTF8 + b"\r\n")
            for number, raw in enumerate(iter(lambda: stream.readline(longest), b""), start=1):
                raw = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
                yield number, raw
                if len(raw.rstrip(b"\r\n")) > MAX_LINE_BYTES:
                    return
