"""Words are kept as published: no normalisation, no change of case."""

import unicodedata
import warnings

import pytest

from keras_vae_collapse.tasks.reinflection import (
    DataWarning,
    Vocabulary,
    read_examples,
    read_language,
)

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


def write(path, *words):
    path.write_text("".join(f"{w}\tnum=PL\t{w}s\n" for w in words), encoding="utf-8")
    return path


def test_normal_forms_stay_apart_and_are_counted_in_one_warning(tmp_path):
    path = write(tmp_path / "file", COMPOSED, DECOMPOSED, "ev", "na\u00efve")
    with pytest.warns(DataWarning) as caught:
        examples = read_examples(path)
    assert [examples[0].source, examples[1].source] == [COMPOSED, DECOMPOSED]
    (warning,) = caught
    text = str(warning.message)
    # café and cafés, of eight words.
    assert text.startswith(f"{path}: 2 of 8 different words are spelt in more than one")
    assert r"'cafe\u0301' and 'caf\xe9'" in text


def test_two_decomposed_orders_of_one_string_are_mixed_too(tmp_path):
    # Dot below and dot above in either order: neither is NFC.
    with pytest.warns(DataWarning, match="2 of 4 different words"):
        read_examples(write(tmp_path / "file", "q\u0307\u0323", "q\u0323\u0307"))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_normal_form_throughout_needs_no_warning(tmp_path, form):
    words = [unicodedata.normalize(form, word) for word in (COMPOSED, "ağaç", "ev")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        examples = read_examples(write(tmp_path / "file", *words))
    assert [e.source for e in examples] == words


def test_mixture_between_training_and_development_is_told(tmp_path):
    write(tmp_path / "french-task3-train", COMPOSED)
    write(tmp_path / "french-task3-dev", DECOMPOSED)
    with pytest.warns(DataWarning, match="training and development together: 2 of 4") as caught:
        read_language(tmp_path, "french", 3)
    assert len(caught) == 1


def test_turkish_i_has_four_letters_that_no_casing_touches(tmp_path):
    words = ["İstanbul", "Isparta", "ılık", "iki"]
    examples = read_examples(write(tmp_path / "file", *words))
    assert [e.source for e in examples] == words
    vocabulary = Vocabulary.from_examples(examples)
    ids = [vocabulary.encode_word(letter)[0] for letter in "İIıi"]
    assert len(set(ids)) == 4
    assert [vocabulary.decode_ids(vocabulary.encode_word(word)) for word in words] == words


def test_vocabulary_keeps_combining_marks_as_characters_of_their_own():
    from keras_vae_collapse.tasks.reinflection import Example

    vocabulary = Vocabulary.from_examples([Example(DECOMPOSED, "num=PL", COMPOSED)])
    assert {"\u0301", "\u00e9", "e"} <= set(vocabulary.characters)
    assert len(vocabulary.encode_word(DECOMPOSED)) == len(vocabulary.encode_word(COMPOSED)) + 1
