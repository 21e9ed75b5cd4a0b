"""Files that are either complete or not there: written under a temporary name and renamed."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import tempfile

PARTIAL = ".partial"


@contextlib.contextmanager
def replacing(path):
    """Yields a temporary path beside `path`, renamed to it when the block succeeds.

    The old file (or folder) stays until the new one is complete and on the disk, and stays for
    good when the block fails; the temporary file is then removed.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(
        tempfile.mkdtemp(prefix=f".{path.name}.", suffix=PARTIAL, dir=path.parent)
    )
    try:
        temporary = folder / path.name
        yield temporary
        if temporary.is_file():
            _sync(temporary)
        elif path.exists():
            os.rename(path, folder / "old")
        os.replace(temporary, path)
        with contextlib.suppress(OSError):  # some systems cannot open a folder
            _sync(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync(path):
    """Waits until a file is on the disk: a renamed but unwritten file can be empty after a
    power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path, text):
    """Writes a UTF-8 text file atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value):
    """Writes a JSON file atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def sha256(path):
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
