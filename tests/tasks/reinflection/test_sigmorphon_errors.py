"""A bad line is an error that names file, line number, the line and what is wrong."""

import os
import tracemalloc

import pytest

from keras_vae_collapse.tasks.reinflection import DataError, read_examples, read_language
from keras_vae_collapse.tasks.reinflection.sigmorphon import MAX_LINE_BYTES

GOOD = b"evi\tnum=PL\tevler\n"


def error_of(tmp_path, content, task=3, covered=False):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_examples(path, task, covered)
    message = str(error.value)
    assert str(path) in message
    assert len(message) < 400 + len(str(path))
    return message.replace(str(path), "FILE")


@pytest.mark.parametrize(
    "line, wrong",
    [
        (b"evi\tnum=PL", "2 columns, expected 3, tab separated: source, features, target"),
        (b"evi\tnum=PL\tevler\tx", "4 columns, expected 3"),
        (b"evi num=PL evler", "1 columns, expected 3"),
        (b"", "the line is empty"),
        (b"\tnum=PL\tevler", "`source` is empty"),
        (b"evi\t\tevler", "`features` is empty"),
        (b"evi\tnum=PL\t", "`target` is empty"),
        (b"evi \tnum=PL\tevler", "`source` begins or ends with white space: 'evi '"),
        (b"evi\tnum=PL\t\xc2\xa0evler", "`target` begins or ends with white space"),
        (b"evi\tnum=PL\tev\xffler", "byte 0xFF (number 14) is not UTF-8"),
        (b"evi\tnum=PL\tev\xed\xa0\x80", "byte 0xED (number 14) is not UTF-8"),
        (b"evi\tnum=PL\tev\x00ler", "`target` has the forbidden character U+0000"),
        (b"evi\tnum=PL\tev\x1b[31m", "`target` has the forbidden character U+001B"),
        (b"evi\tnum=PL\tev\rler", "`target` has the forbidden character U+000D"),
        (b"evi\tnum=PL\tev\xc2\x85ler", "`target` has the forbidden character U+0085"),
        (b"evi\tnum=PL\tev\xe2\x80\xa8ler", "`target` has the forbidden character U+2028"),
        (b"\xef\xbb\xbfevi\tnum=PL\tevler", "`source` has the forbidden character U+FEFF"),
        (b"evi\tnum=\tevler", "a feature must look like key=value, not 'num='"),
        (b"evi\tnum\tevler", "a feature must look like key=value, not 'num'"),
        (b"evi\t=PL\tevler", "a feature must look like key=value, not '=PL'"),
        (b"evi\tnum=PL,\tevler", "an empty feature in 'num=PL,'"),
        (b"evi\tnum=PL,,pos=N\tevler", "an empty feature in 'num=PL,,pos=N'"),
        (b"evi\tnum==PL\tevler", "a feature must have one equals sign, not 'num==PL'"),
        (b"evi\tnum=PL, pos=N\tevler", "must not contain white space: ' pos=N'"),
        (b"evi\tnum=PL,num=PL\tevler", "the feature 'num=PL' is repeated"),
        (b"evi\tnum=PL,num=SG\tevler", "'num' has two values, 'PL' and 'SG'"),
    ],
)
def test_bad_line_is_named(tmp_path, line, wrong):
    message = error_of(tmp_path, GOOD + line + b"\n" + GOOD)
    assert message.startswith("FILE, line 2: ")
    assert wrong in message
    shown = line.decode("utf-8", "backslashreplace")
    assert message.endswith(f"\n  {shown!r}")


def test_source_features_are_checked_too(tmp_path):
    message = error_of(tmp_path, b"num\tevi\tnum=PL\tevler\n", task=2)
    assert "line 1: a feature must look like key=value, not 'num'" in message


@pytest.mark.parametrize("tags", ["V;;PST", "", ";", "V;PST=1", "V;PS T"])
def test_bad_unimorph_tags_are_named(tmp_path, tags):
    message = error_of(tmp_path, f"go\twent\t{tags}\n".encode(), task="unimorph")
    assert message.startswith("FILE, line 1: ")


def test_carriage_return_at_the_end_of_the_file_is_no_line_end(tmp_path):
    assert "`target` has the forbidden character U+000D" in error_of(tmp_path, GOOD[:-1] + b"\r")


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n"])
def test_empty_file_is_an_error(tmp_path, content):
    assert error_of(tmp_path, content).startswith("FILE is empty: expected lines")
    assert error_of(tmp_path, content, "unimorph").startswith("FILE is empty: expected lines")


def test_covered_files_are_told_from_others(tmp_path):
    assert "3 columns, expected 2" in error_of(tmp_path, GOOD, covered=True)
    assert "2 columns, expected 3" in error_of(tmp_path, b"evi\tnum=PL\n")


def test_longest_line_is_read_and_a_longer_one_refused(tmp_path):
    rest = len(b"\tnum=PL\tevler")
    for end in (b"", b"\n", b"\r\n"):
        line = b"e" * (MAX_LINE_BYTES - rest) + b"\tnum=PL\tevler"
        path = tmp_path / "file"
        path.write_bytes(line + end)
        assert len(read_examples(path)[0].source) == MAX_LINE_BYTES - rest
        assert "longer than 10,000 bytes" in error_of(tmp_path, b"e" + line + end)


@pytest.mark.parametrize("byte", [b"\0", b"e", b"\xff"])
def test_endless_line_is_refused_without_reading_it(tmp_path, byte):
    path = tmp_path / "file"
    path.write_bytes(GOOD + byte * 5_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="line 2: the line is longer than 10,000 bytes"):
            read_examples(path)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1_000_000


def test_missing_file_directory_and_unreadable_file(tmp_path):
    with pytest.raises(DataError, match="cannot read .*/nothing: No such file"):
        read_examples(tmp_path / "nothing")
    with pytest.raises(DataError, match="cannot read .*: Is a directory"):
        read_examples(tmp_path)


def test_messages_can_be_printed_whatever_the_path(tmp_path):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b")
    os.mkdir(folder)
    path = os.path.join(folder, "turkish-task3-train")
    with open(path, "wb") as file:
        file.write(b"x\n")
    for attempt in (lambda: read_examples(path), lambda: read_language(folder, "german", 3)):
        with pytest.raises(DataError) as error:
            attempt()
        assert "\x1b" not in str(error.value)
        str(error.value).encode("utf-8")
