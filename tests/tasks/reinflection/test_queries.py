"""A line that asks for a form, or is a word alone."""

import pytest

from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.queries import read_query, read_word


class Model:
    """Takes words of at most five letters, and features with an equals sign."""

    def check_source(self, word):
        if len(word) > 5:
            raise ValueError(f"too long: {word}")

    def check_features(self, text):
        if "=" not in text:
            raise ValueError(f"malformed: {text}")


def test_a_line_is_an_example_without_a_form_that_knows_its_place():
    for found, expected in (
        (read_query("göz\tpos=N".encode(), "asked", 3, Model()), Example("göz", "pos=N", None)),
        (read_word("göz".encode(), "asked", 3, Model()), Example("göz", "", None)),
    ):
        assert found == expected and found.place == "asked, line 3"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"ev", "expected source<TAB>features, received 1 column(s): 'ev'"),
        (b"ev\tpos=N\tx", r"expected source<TAB>features, received 3 column(s): 'ev\tpos=N\tx'"),
        (b"\tpos=N", "the source is empty"),
        (b"e\0v\tpos=N", r"the forbidden character U+0000 in 'e\x00v'"),
        (b"ev\tpos=\xe2\x80\xa8", "the forbidden character U+2028 in 'ev'"),
        (b"uzunca\tpos=N", "too long: uzunca"),
        (b"ev\tN", "malformed: N"),
        (b"\xff" * 81, f"not UTF-8: {bytes([255]) * 80!r}"),
    ],
)
def test_a_bad_question_is_refused(line, message):
    with pytest.raises(ValueError) as error:
        read_query(line, "asked", 3, Model())
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"ev\tpos=N", r"the forbidden character U+0009 in 'ev\tpos=N'"),
        (b"uzunca", "too long: uzunca"),
        (b"\xff", r"not UTF-8: b'\xff'"),
    ],
)
def test_a_bad_word_is_refused(line, message):
    with pytest.raises(ValueError) as error:
        read_word(line, "asked", 3, Model())
    assert str(error.value) == message
