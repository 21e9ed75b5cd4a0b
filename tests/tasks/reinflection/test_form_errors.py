import pytest

from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.form_errors import (
    KINDS,
    error_lines,
    error_table,
    form_errors,
)


def kind(source, target, output, others=()):
    """Kind and letters of an error; `others` are further pairs of forms of training."""
    train = [Example(a, "pos=N", b) for a, b in others]
    (error,) = form_errors([Example(source, "pos=N", target)], [[output]], train)
    return error.kind, error.letters


@pytest.mark.parametrize(
    ("source", "target", "output", "expected"),
    [
        ("evler", "evden", "", ("empty", "lost")),
        ("evler", "evden", "evler", ("copied source", "exchanged")),
        ("rufen", "rufe an", "anrufe", ("other order", "exchanged")),
        ("machen", "gemacht", "macht", ("beginning", "lost")),
        ("machen", "macht", "gemacht", ("beginning", "added")),
        ("evler", "evden", "ivden", ("stem", "exchanged")),  # ev begins both
        ("evler", "evden", "eden", ("stem", "lost")),
        ("evler", "evden", "evdan", ("ending", "exchanged")),
        ("evler", "evden", "evdenn", ("ending", "added")),
        ("evler", "evden", "ivdan", ("stem and ending", "exchanged")),
    ],
)
def test_the_kind_of_an_error_by_hand(source, target, output, expected):
    assert kind(source, target, output) == expected


def test_a_form_of_another_cell_is_one_that_examples_join_with_the_word():
    assert kind("evler", "evden", "evde") == ("ending", "lost")
    assert kind("evler", "evden", "evde", [("evler", "evde")]) == ("other cell", "lost")
    # Joined through others, too; forms of other words do not count.
    assert kind("evler", "evden", "eve", [("evde", "eve"), ("evde", "evden")])[0] == "other cell"
    assert kind("evler", "evden", "evde", [("ada", "evde")])[0] == "ending"


def test_a_form_made_by_a_rule_of_other_features_is_one_of_another_cell():
    plural = [Example(word, "num=PL", word + "lar") for word in ("ada", "oda")]
    ablative = [Example(word, "case=ABL", word + "dan") for word in ("ada", "oda")]
    row = Example("kapa", "case=ABL", "kapadan")
    (error,) = form_errors([row], [["kapalar"]], plural + ablative)
    assert error.kind == "other cell"
    # Not where one pair alone is made so, nor where these features have it, too.
    assert form_errors([row], [["kapalar"]], plural[:1])[0].kind == "ending"
    both = [*plural, Example("ada", "case=ABL", "adalar")]
    assert form_errors([row], [["kapalar"]], both)[0].kind == "ending"


@pytest.mark.parametrize(
    ("target", "output", "vowels", "marks"),
    [
        ("Häuser", "Hauser", True, True),
        ("Häuser", "Hausers", False, False),  # a letter is added besides
        ("evden", "evdan", True, False),
        ("koçu", "kocu", False, True),
        ("evden", "evten", False, False),
        ("evden", "evdn", False, False),
        ("kütük", "kitik", True, False),
        ("kütük", "kitig", False, False),
    ],
)
def test_vowels_and_marks_are_told(target, output, vowels, marks):
    (error,) = form_errors([Example("x", "pos=N", target)], [[output]])
    assert (error.vowels, error.marks) == (vowels, marks)


def test_what_training_has_seen_and_what_is_a_rule():
    train = [
        Example("ada", "num=PL", "adalar"),
        Example("oda", "num=PL", "odalar"),
        Example("ev", "num=PL", "evler"),
    ]
    rows = [
        Example("kapa", "num=PL", "kapalar"),  # `lar` is added to two words of training
        Example("ada", "num=PL", "adalar"),  # known
        Example("göz", "num=PL", "gözler"),  # `ler` is added to one
        Example("kap", "num=SG", "kaplar"),  # to none of these features
    ]
    errors = form_errors(rows, [["x"]] * 4, train)
    assert [error.regular for error in errors] == [True, True, False, False]
    assert [error.unseen for error in errors] == [True, False, True, True]
    assert [error.regular for error in form_errors(rows, [["x"]] * 4)] == [None] * 4
    assert [error.unseen for error in form_errors(rows, [["x"]] * 4)] == [None] * 4


def test_right_forms_and_further_forms_are_no_errors():
    rows = [Example("ev", "pos=N", "evler"), Example("ev", "pos=N", "evde")]
    (error,) = form_errors(rows, [["evler", "x"], ["x", "evde"]])
    assert error.example == rows[1] and error.output == "x"


ROWS = [
    Example("evler", "pos=N,case=ABL", "evden"),
    Example("gel", "pos=V,tense=PST", "geldi"),
    Example("göz", "pos=N,num=PL", "gözler"),
]
OUTPUTS = [["evdan"], ["gelti"], ["gözler"]]


def test_the_table_counts_kinds_parts_of_speech_and_unseen_forms():
    lines = error_lines(form_errors(ROWS, OUTPUTS, ROWS[:1]), len(ROWS))
    assert lines[0] == "2 of 3 forms are wrong"
    assert lines[2].split() == ["kind", "of", "error", "forms", "share", "unseen", "irregular",
                                "N", "V"]  # fmt: skip
    found = {line[:17].strip(): line[17:].split() for line in lines[3:]}
    assert found["ending"] == ["2", "100.0%", "1", "2", "1", "1"]
    assert found["vowels alone"] == ["1", "50.0%", "0", "1", "1", "0"]
    assert found["letters lost"][0] == "0"
    assert list(found) == [
        *KINDS, "letters lost", "letters added", "letters exchanged", "vowels alone", "marks alone",
    ]  # fmt: skip
    assert error_lines([], 3) == ["0 of 3 forms are wrong"]


def test_without_training_examples_the_table_leaves_out_what_nobody_knows():
    lines = error_lines(form_errors(ROWS, OUTPUTS), len(ROWS))
    assert "unseen" not in lines[2] and "irregular" not in lines[2]


def test_the_file_has_a_line_for_each_error():
    header, first, _ = error_table(form_errors(ROWS, OUTPUTS)).splitlines()
    row = dict(zip(header.split("\t"), first.split("\t"), strict=True))
    assert row == {
        "source": "evler", "features": "pos=N,case=ABL", "target": "evden", "output": "evdan",
        "kind": "ending", "letters": "exchanged", "vowels": "yes", "marks": "no", "unseen": "",
        "regular": "",
    }  # fmt: skip
