import gzip
import lzma

import pytest

from keras_vae_collapse.tasks.reinflection import DataError
from keras_vae_collapse.tasks.reinflection.word_lists import given_paths, read_words


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def words(*paths):
    return [word for word, *_ in read_words(paths)]


def test_words_come_line_by_line_from_plain_and_packed_files(tmp_path):
    plain = write(tmp_path / "a", b"\xef\xbb\xbfev\r\n\ng\xc3\xb6z\n  \nev")
    packed = write(tmp_path / "b.gz", gzip.compress("kız kulesi\n".encode()))
    xz = write(tmp_path / "c.xz", lzma.compress(b"ada\n"))
    assert words(plain, packed, xz) == ["ev", "göz", "ev", "kız kulesi", "ada"]
    assert list(read_words([plain]))[1] == ("göz", str(plain), 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "words is empty: expected a word a line"),
        (b"\n\n", "words is empty"),
        (b"ev\nev\tpos=N\tevler\n", "words, line 2: expected one word, received 3 columns: 'ev"),
        (b"ev\tpos=N\n", "file of labelled examples. Make a list of their words: python -m"),
        (b"ev\n\xff\n", "line 2: byte 0xFF .number 1. is not UTF-8"),
        (b"e\x00v\n", "line 1: the forbidden character U.0000"),
        (b" ev\n", "line 1: the word begins or ends with white space: ' ev'"),
        (b"e" * 10_001, "line 1: the line is longer than 10,000 bytes"),
        (b"\x1f\x8b broken", "cannot read .*words"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path, data, message):
    with pytest.raises(DataError, match=message):
        words(write(tmp_path / "words", data))


def test_the_longest_line_is_read(tmp_path):
    for start, end in ((b"", b"\n"), (b"\xef\xbb\xbf", b"\r\n")):
        path = write(tmp_path / "words", start + b"e" * 10_000 + end + b"ev\n")
        assert words(path) == ["e" * 10_000, "ev"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="cannot read .*nowhere: No such file"):
        words(tmp_path / "nowhere")


def test_a_flag_names_one_file_or_several_joined_by_commas(tmp_path):
    comma = write(tmp_path / "a,b", "ev\n")
    assert given_paths([str(comma), "x,y", "z"]) == [str(comma), "x", "y", "z"]
