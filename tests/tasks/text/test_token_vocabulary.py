import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_vae_collapse.core.special_ids import EOS, UNK
from keras_vae_collapse.tasks.text import TokenVocabulary

TEXTS = ["b a", "b c d", "<unk> b </s>"]
LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1)


def test_tokens_are_ranked_by_their_number_equals_by_their_order():
    assert TokenVocabulary.from_texts(TEXTS).tokens == ("b", "</s>", "<unk>", "a", "c", "d")
    limited = TokenVocabulary.from_texts(TEXTS, limit=2)
    assert limited.tokens == ("b", "</s>") and limited.size == 6
    assert limited.encode("a b d") == [UNK, 4, UNK, EOS]
    assert limited.unknown("a b d") == ["a", "d"]


def test_what_looks_like_a_special_symbol_is_a_token_like_any_other():
    vocabulary = TokenVocabulary.from_texts(TEXTS)
    assert vocabulary.decode(vocabulary.encode("<unk> </s> b")) == "<unk> </s> b"
    assert not set(vocabulary.encode("<unk> </s> b")[:-1]) & {UNK, EOS}


def test_the_longest_sentence_is_counted_in_tokens():
    assert TokenVocabulary.from_texts(TEXTS).max_length == 3
    assert TokenVocabulary.from_texts(TEXTS, unit="characters").max_length == 12


def test_characters_have_the_space_among_them():
    vocabulary = TokenVocabulary.from_texts(["ab a"], unit="characters")
    assert vocabulary.tokens == ("a", " ", "b")
    assert vocabulary.encode("b a") == [6, 5, 4, EOS] and vocabulary.decode([6, 5, 4, EOS]) == "b a"


def test_decoding_ends_at_the_end_and_shows_what_is_unknown():
    vocabulary = TokenVocabulary(("x", "y"), 3)
    assert vocabulary.decode([4, UNK, 5, EOS, 4]) == "x <unk> y"
    with pytest.raises(ValueError, match=r"must lie in \[0, 5\]. Received: 6"):
        vocabulary.decode([6])


@given(LINES, st.sampled_from(["words", "characters"]))
@settings(deadline=None)
def test_what_is_known_comes_back_as_it_was(lines, unit):
    from keras_vae_collapse.tasks.text.corpus import normalized

    texts = [text for text in map(normalized, lines) if text]
    vocabulary = TokenVocabulary.from_texts(texts, unit=unit)
    assert [vocabulary.decode(vocabulary.encode(text)) for text in texts] == texts
    config = json.loads(json.dumps(vocabulary.to_config()))
    assert TokenVocabulary.from_config(config) == vocabulary


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((("a b",), 3), "must not hold 'a b', which is none of words"),
        ((("",), 3), "must not hold ''"),
        ((("a\0",), 3), "must not hold"),
        ((("\ud800",), 3), "must not hold"),
        ((("ab",), 3, "characters"), "'ab', which is none of characters"),
        ((("a", "b", "a"), 3), "Received twice: 'a'"),
        ((("a",), 0), "max_length=0"),
        ((("a",), 3, "letters"), "unit='letters'"),
    ],
)
def test_what_no_vocabulary_can_hold_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        TokenVocabulary(*arguments)


def test_a_vocabulary_of_nothing_is_refused():
    with pytest.raises(ValueError, match="limit=0"):
        TokenVocabulary.from_texts(TEXTS, limit=0)


def test_ten_thousand_tokens_are_known_by_default():
    vocabulary = TokenVocabulary.from_texts([" ".join(map(str, range(10_001)))])
    assert (len(vocabulary.tokens), vocabulary.max_length) == (10_000, 10_001)


@pytest.mark.parametrize(("text", "words", "characters"), [("", 0, 0), ("a", 1, 1), ("ab c", 2, 4)])
def test_lengths_are_numbers_of_tokens(text, words, characters):
    for unit, length in (("words", words), ("characters", characters)):
        vocabulary = TokenVocabulary(("a",), 1, unit)
        assert vocabulary.length(text) == vocabulary.figure_length(text) == length
        assert vocabulary.figure_unit == unit


def test_the_longest_sentence_has_one_token_at_least():
    vocabulary = TokenVocabulary.from_texts(["a"])
    assert [vocabulary.reaching(length).max_length for length in (0, 1, 7)] == [1, 1, 7]
    assert vocabulary.max_length == 1 and vocabulary.reaching(7).tokens == ("a",)


SUBWORDS = TokenVocabulary((" ", "a", "b", " a"), 3, "subwords", ((" ", "a"),))


def test_subwords_are_read_and_written_with_the_space_before_a_word():
    assert SUBWORDS.split("ab a") == [" a", "b", " a"] and SUBWORDS.length("ab a") == 3
    assert SUBWORDS.figure_length("ab a") == 2
    assert SUBWORDS.encode("ab ca") == [7, 6, 4, UNK, 5, EOS]
    assert SUBWORDS.decode(SUBWORDS.encode("ab ca")) == "ab <unk>a"
    assert SUBWORDS.unknown("ab ca a") == ["ca"]
    config = json.loads(json.dumps(SUBWORDS.to_config()))
    assert TokenVocabulary.from_config(config) == SUBWORDS
    assert TokenVocabulary((" ", "a", " a"), 1, "subwords", SUBWORDS.merges).size == 7
    assert "merges" not in TokenVocabulary(("a",), 1).to_config()


def test_spaces_at_the_ends_are_characters_and_special_symbols_leave_no_trace():
    vocabulary = TokenVocabulary((" ", "a"), 3, "characters")
    assert vocabulary.decode([2, 4, 0, 5, 4, EOS]) == " a "
    with pytest.raises(ValueError, match=r"must lie in \[0, 5\]. Received: -1"):
        vocabulary.decode([-1])


def test_all_but_surrogates_may_stand_in_a_token():
    assert TokenVocabulary(("\ud7ff", "\ue000"), 1, "characters").size == 6
    for token in ("\udfff", "a\udc00b"):
        with pytest.raises(ValueError, match="must not hold"):
            TokenVocabulary((token,), 1)
