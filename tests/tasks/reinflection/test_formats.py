"""Files are read as SIGMORPHON and UniMorph publish them, and the format is told."""

import gzip
import logging
import lzma

import pytest

from keras_vae_collapse.tasks.reinflection import DataError, DataWarning, Example, read_examples
from keras_vae_collapse.tasks.reinflection.features import split_features
from keras_vae_collapse.tasks.reinflection.formats import tell_format
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_file

GO = Example("go", "V;PST", "went")
UNIMORPH = "go\twent\tV;PST\n"


@pytest.fixture
def read(tmp_path, caplog):
    """Reads a content; `read.said` are the lines of the log, without the path."""

    def read(content, task=None, covered=False):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        caplog.clear()
        with caplog.at_level(logging.INFO):
            examples, read.task = read_file(path, task, covered)
        read.said = [line.replace(str(path), "FILE") for line in caplog.messages]
        return examples

    return read


@pytest.mark.parametrize(
    ("line", "task", "example"),
    [
        ("go\twent\tV;PST", "unimorph", GO),
        ("go\twent\tV;PST\twent|PST", "unimorph", GO),
        ("go\tV;PST\twent", "sigmorphon2023", GO),
        ("go\tpos=V,tense=PST\twent", 3, Example("go", "pos=V,tense=PST", "went")),
        ("pos=V\tgo\ttense=PST\twent", 2, Example("go", "tense=PST", "went", "pos=V")),
        ("Haus\tHAUS\tN", "unimorph", Example("Haus", "N", "HAUS")),
        ("NATO\tN;SG\tNATO", "sigmorphon2023", Example("NATO", "N;SG", "NATO")),
        ("გო\tV;PST;NOM(1,SG)\tგა", "sigmorphon2023", Example("გო", "V;PST;NOM(1,SG)", "გა")),
        ("go\tgo\t{PST/PRS};V", "unimorph", Example("go", "{PST/PRS};V", "go")),
    ],
)
def test_the_format_is_told_from_the_columns_and_can_be_forced(read, line, task, example):
    assert read(line + "\n") == [example] and read.task == task
    assert read(line + "\n", task) == [example] and not read.said


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + UNIMORPH.encode(),
        UNIMORPH + "\n\n",
        UNIMORPH.replace("\n", "\r\n") + "\r\n",
        "\n" + UNIMORPH,
        UNIMORPH[:-1],
        " go \t\ufeffwent\tV;PST \n",
        gzip.compress(UNIMORPH.encode(), mtime=0),
        lzma.compress(UNIMORPH.encode()),
    ],
)
def test_what_stands_around_a_row_is_read_away(read, content):
    assert read(content) == [GO]


@pytest.mark.parametrize("end", ["\n", "\n\n", "\r\n\r\n"])
def test_empty_lines_at_the_end_of_a_2016_file_are_read_away(read, end):
    assert len(read("\ufeffevi\tnum=PL\tevler" + end)) == 1


def test_one_line_says_the_format_and_what_was_left_out(read):
    gone = "".join(f"be\t{form}\tV;PST\n" for form in ("-", "—", ""))
    assert read(UNIMORPH * 2 + "go\tgo \tV;PRS\n" + gone) == [GO, GO, Example("go", "V;PRS", "go")]
    assert read.said == [
        "FILE: read as UniMorph: lemma, form, features; 3 rows, 3 without form left out, "
        "1 with white space cut"
    ]
    read(UNIMORPH + gone, "unimorph")
    assert read.said == [
        "FILE: read as UniMorph: lemma, form, features; 1 row, 3 without form left out"
    ]
    assert [e.source for e in read("-\t-\tPUNCT;X\n")] == ["-"]
    with pytest.raises(DataError, match="is empty: .*, 3 without form left out"):
        read(gone)


@pytest.mark.parametrize("line", ["go\tV;PST", "go\t\tV;PST", "go\tpos=V"])
def test_a_covered_file_is_read_as_such_and_said_to_have_no_forms(read, line):
    (example,) = read(line, covered=True)
    assert (example.source, example.target) == ("go", None)
    with pytest.raises(DataError, match="no forms|is empty: .*1 without form"):
        read(line)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("go went V;PST\n" * 500, "line 1: no column has features.*; and 499 more lines like it\n"),
        (UNIMORPH + "go\tV;PST\n" * 2, "line 2: 2 columns, expected 3.*; and 1 more line like it"),
        (UNIMORPH + "a\na\tb\tV;;X\n\x00\tb\tV\n", "; and 2 more lines that cannot be read\n"),
        ("evi\tnum=PL\tevler\n\n\ndili\tnum=PL\tdiller\n", "line 2: the line is empty"),
        ("lemma\tform\n", "no column has features: expected lines such as lemma<TAB>form<TAB>N;PL"),
        (gzip.compress(UNIMORPH.encode(), mtime=0)[:-4], "cannot read .*end-of-stream"),
        (gzip.compress(UNIMORPH.encode(), mtime=0)[:12] + b"\xff" * 9, "cannot read"),
        (lzma.compress(UNIMORPH.encode())[:20] + b"\xff" * 9, "cannot read"),
    ],
)  # fmt: skip
def test_the_first_bad_line_is_named_and_the_others_are_counted(read, content, message):
    with pytest.raises(DataError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("tags", "features"),
    [
        ("V;SG;", ["V", "SG"]),
        ("ADJ;ABL; PL", ["ADJ", "ABL", "PL"]),
        ("N;ACC(ANIM;MASC;SG);DEF", ["N", "ACC(ANIM,MASC,SG)", "DEF"]),
        ("V;NOM(1,SG);ACC(2;PL)", ["V", "NOM(1,SG)", "ACC(2,PL)"]),
        ("V;ARG(NOM(1;SG);PFV;NEG);X", ["V", "ARG(NOM(1,SG),PFV,NEG)", "X"]),
        ("V;PRF;PRF", ["V", "PRF", "PRF"]),
    ],
)
def test_published_tags_stay_as_they_are_and_parentheses_hold_together(read, tags, features):
    (example,) = read(f"a\tb\t{tags}\n")
    assert example.features == tags and split_features(tags, ";") == features


def test_suspicious_files_are_told(read):
    with pytest.warns(DataWarning, match="all 3 lines are the same"):
        read(UNIMORPH * 3)
    with pytest.warns(
        DataWarning, match="lemma, form, features, but it looks like SIGMORPHON 2023"
    ):
        read("go\tV;PST\twent\n", "unimorph")


def test_nothing_looks_like_features():
    assert tell_format([]) is None and tell_format([["go", "went", "x"], ["go"]]) is None


def test_read_examples_tells_as_well(tmp_path):
    (tmp_path / "deu.trn").write_text("go\tV;PST\twent\n")
    assert read_examples(tmp_path / "deu.trn") == [GO]
