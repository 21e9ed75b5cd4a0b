import pathlib

import pytest

from keras_vae_collapse.tasks.data_errors import shortened, shown_path


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("a" * 80,), repr("a" * 80)),
        (("a" * 81,), repr("a" * 80) + "..."),
        (("it's", 3), '"it\'"...'),
        (("ab\n", 3), "'ab\\n'"),
    ],
)
def test_a_text_is_quoted_and_cut_where_it_is_long(arguments, shown):
    assert shortened(*arguments) == shown


def test_a_path_is_shown_as_it_is_unless_it_cannot_be_printed():
    assert shown_path(pathlib.Path("göz") / "a b") == "göz/a b"
    assert shown_path("göz\x1b") == r"'g\xf6z\x1b'"
