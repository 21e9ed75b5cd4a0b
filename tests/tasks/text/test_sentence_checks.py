import pytest

from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.text import Sentence, TokenVocabulary
from keras_vae_collapse.tasks.text.sentence_checks import LengthLimit, short_enough, vocabulary_of

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
