import types

import pytest

from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.text import Sentence, TokenVocabulary, subwords
from keras_vae_collapse.tasks.text.sentence_checks import (
    LengthLimit,
    check_readable,
    short_enough,
    vocabulary_of,
    warn_all_unknown,
    warn_unknown,
)

TEXTS = ["a b c", "a", "b c d e"]
SENTENCES = [Sentence(text, "a.txt", line) for line, text in enumerate(TEXTS, start=1)]
WORDS = TokenVocabulary.from_texts(TEXTS)


def test_a_sentence_of_exactly_the_limit_stays():
    with pytest.warns(DataWarning, match=r"1 of 3 .* more than 3 words .* a\.txt, line 3: 4 words"):
        assert short_enough(SENTENCES, WORDS, 3, "training") == SENTENCES[:2]
    assert short_enough(SENTENCES, WORDS, 4, "training") == SENTENCES


def test_a_limit_counts_anew_each_time_and_says_when_too_few_are_left():
    limit = LengthLimit(WORDS.length, "words", 1, "given")
    for _ in range(2):
        assert list(limit.kept(SENTENCES)) == SENTENCES[1:2]
        assert (limit.sentences, limit.left_out) == (3, 2)
    limit.check(least=1)
    with pytest.raises(DataError, match="too few given sentences are left: 2 of 3"):
        limit.check(least=2)


def test_the_vocabulary_is_that_of_the_sentences_that_are_kept():
    assert vocabulary_of(SENTENCES, "words", 10, 3).tokens == ("a", "b", "c")
    assert vocabulary_of(SENTENCES, "words", 10, 3).max_length == 3
    assert vocabulary_of(SENTENCES, "characters", 10, 5).max_length == 5


def test_before_and_without_a_sentence_that_is_too_long_nothing_is_said():
    limit = LengthLimit(WORDS.length, "words", 4, "given")
    for sentences in ([], SENTENCES):
        assert (limit.sentences, limit.left_out, limit.message) == (len(sentences), 0, "")
        assert list(limit.kept(SENTENCES)) == SENTENCES


def test_by_default_one_sentence_must_be_left():
    long = Sentence("b " * 20 + "b", "a.txt", 9)  # 41 characters
    limit = LengthLimit(WORDS.length, "words", 1, "given")
    assert list(limit.kept([long, SENTENCES[1]])) == [SENTENCES[1]]
    limit.check()
    assert limit.message.endswith(f"the first in a.txt, line 9: 21 words, {long.text[:40]!r}...")
    with pytest.warns(DataWarning, match="1 of 2"):
        assert short_enough([long, SENTENCES[1]], WORDS, 1, "given") == [SENTENCES[1]]
    for sentences, least in (([long], 1), ([long, SENTENCES[1]], 2)):
        with pytest.raises(DataError, match="too few given sentences are left"):
            short_enough(sentences, WORDS, 1, "given", least)


@pytest.mark.skipif(not subwords.installed(), reason="tokenizers is not there")
@pytest.mark.parametrize(("limit", "longest"), [(8, 8), (7, 6), (6, 6), (5, 2), (1, 1)])
def test_the_longest_sentence_of_subwords_is_the_longest_that_is_kept(limit, longest):
    # Six characters and no merge: each sentence has a space before its first word.
    vocabulary = vocabulary_of(SENTENCES, "subwords", 6, limit)
    assert set(vocabulary.tokens) == set(" abcde") and vocabulary.max_length == longest


def test_a_model_reads_sentences_up_to_its_limit_and_the_first_longer_one_is_named():
    model = types.SimpleNamespace(vocabulary=WORDS, codec=types.SimpleNamespace(max_tokens=4))
    check_readable(model, SENTENCES)
    long = Sentence("b " * 20 + "b", "b.txt", 7)
    with pytest.raises(DataError) as error:
        check_readable(model, [*SENTENCES, long])
    assert str(error.value) == (
        f"b.txt, line 7: 21 words; the model reads at most 4: {long.text[:40]!r}..."
    )


def test_no_sentence_and_one_known_token_are_no_cause_for_a_warning(recwarn):
    assert not warn_all_unknown(WORDS, [])
    assert not warn_all_unknown(WORDS, [Sentence("x y"), Sentence("x a")])
    assert not recwarn.list


def test_sentences_without_a_known_token_are_told_and_the_first_is_shown():
    sentences = [Sentence("x" * 61, "a.txt", 1), Sentence("y")]
    for part in ([], ["given"]):
        with pytest.warns(DataWarning) as warned:
            assert warn_all_unknown(WORDS, sentences, *part)
        assert str(warned[0].message).startswith(
            f"no token of the 2 {(*part, 'development')[0]} sentences is known, the first is "
            f"{'x' * 60!r}... (a.txt, line 1): "
        )


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["x"], "1 of 1 word unknown to the model: 'x'"),
        (["a x", "x y"], "3 of 4 words unknown to the model: 'x', 'y'"),
        (["p q r s t a"], "5 of 6 words unknown to the model: 'p', 'q', 'r', 's', 't'"),
        (["p q r s t u a v"], "7 of 8 words .*: 'p', 'q', 'r', 's', 't' and 2 more"),
        (["x" * 21, "a"], f"1 of 2 words unknown to the model: '{'x' * 20}'..."),
    ],
)
def test_unknown_tokens_are_counted_and_five_of_them_named(texts, message):
    with pytest.warns(DataWarning, match=f"^{message}$"):
        warn_unknown(WORDS, [Sentence(text) for text in texts])


def test_where_all_tokens_are_known_nothing_is_said(recwarn):
    warn_unknown(WORDS, SENTENCES)
    assert not recwarn.list
