import gzip

import pytest

from keras_vae_collapse.tasks.data_errors import DataError
from keras_vae_collapse.tasks.text.corpus import Sentence, read_sentences


@pytest.fixture
def write(tmp_path):
    def write(content, name="some.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_lines_are_sentences_and_their_places_are_known(write):
    path = write("\ufeffa  b\t c \r\n\n \n\u00e9 f")
    found = read_sentences(path)
    assert [(s.text, s.line) for s in found] == [("a b c", 1), ("\u00e9 f", 4)]
    assert found[1].place == f"{path}, line 4"


def test_spaces_that_are_not_of_ascii_belong_to_tokens(write):
    assert read_sentences(write("a\u00a0b\u2028c d"))[0].text == "a\u00a0b\u2028c d"


def test_packed_files_are_told_by_their_content(write):
    for name in ("packed.txt.gz", "packed.txt"):
        path = write(gzip.compress(b"it rains\nit snows\n"), name)
        assert [s.text for s in read_sentences(path)] == ["it rains", "it snows"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "some.txt: no sentence in it"),
        (b" \n\t\n", "some.txt: no sentence in it"),
        (
            b"good\nb\xffd one\n",
            "some.txt, line 2: byte 0xff at position 2 is not UTF-8: 'b.d one'",
        ),
        (b"good\nb\0d\n", r"some.txt, line 2: a NUL character \(U\+0000\) at position 2: 'b.x00d'"),
        (
            b"good\n" + b"a " * 10**6,
            f"some.txt, line 2: a line of more than 100,000 bytes.* It begins '{'a ' * 30}'$",
        ),
        (gzip.compress(b"good\n" * 99, mtime=0)[:20], "some.txt: damaged gzip file"),
    ],
)
def test_a_bad_file_is_refused_by_file_line_and_value(write, content, message):
    with pytest.raises(DataError, match=message):
        read_sentences(write(content))


def test_the_longest_line_is_read_whole(write):
    line = b"a" * 100_000
    assert len(read_sentences(write(line + b"\r\nb\n"))[0].text) == 100_000
    with pytest.raises(DataError, match="line 1: a line of more than"):
        read_sentences(write(line + b"a\n"))


def test_places_do_not_count_when_sentences_are_compared():
    assert Sentence("a", "file", 3) == Sentence("a") != Sentence("b", "file", 3)
    assert Sentence("a").place == "sentence 'a'"
