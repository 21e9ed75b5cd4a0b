import math

import pytest

from keras_vae_collapse.tasks.text.bleu import bleu, self_bleu

pytest.importorskip("sacrebleu")


def test_it_is_the_geometric_mean_of_four_precisions():
    # n-grams of "a b c d x" in "a b c d e": 4 of 5, 3 of 4, 2 of 3, 1 of 2.
    expected = 100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25
    assert bleu(["a b c d e"], ["a b c d x"]) == pytest.approx(expected)


def test_an_output_that_is_too_short_pays_for_it():
    # All of its n-grams are right: exp(1 - 6 / 4).
    assert bleu(["a b c d e f"], ["a b c d"]) == pytest.approx(100 * math.exp(-0.5))


def test_counts_are_over_the_corpus_and_pairs_are_kept():
    gold, outputs = ["a b c d", "e f g h"], ["a b c d", "w x y z"]
    assert bleu(gold, outputs) == pytest.approx(50.0)
    assert bleu(gold, outputs[::-1]) == 0.0


def test_words_are_split_as_they_are_given():
    # A tokeniser of raw text would take "don't," apart.
    assert bleu(["don't, a b c"], ["don't. a b c"]) == pytest.approx(
        100 * (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25
    )


def test_short_sentences_can_be_right():
    assert bleu(["a b c d e"], ["a b c d e"]) == 100.0
    assert bleu(["it rains"], ["it rains"]) == pytest.approx(100.0)
    assert bleu(["it rains"], [""]) == 0.0


def test_self_bleu_is_the_mean_against_all_others():
    texts = ["a b c d", "a b c d", "w x y z", "w x y q"]
    # Two have a copy. The others share 3 of 4, 2 of 3 and 1 of 2 with each other; of 1 4-gram
    # none, which exponential smoothing counts as half.
    alike = 100 * (3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25
    assert self_bleu(texts) == pytest.approx((200 + 2 * alike) / 4)


def test_the_same_text_all_over_has_the_most_self_bleu_even_if_it_is_empty():
    assert self_bleu(["", ""]) == self_bleu(["a b"] * 3) == 100.0
    assert self_bleu(["", "a"]) == 0.0


def test_wrong_numbers_are_refused():
    for gold, outputs in (([], []), (["a"], ["a", "b"])):
        with pytest.raises(ValueError, match=f"{len(gold)} and {len(outputs)}"):
            bleu(gold, outputs)
    with pytest.raises(ValueError, match="at least two. Received: 1"):
        self_bleu(["a"])


def test_a_long_list_with_tokenised_ends_makes_no_remarks(caplog):
    bleu(["a b c ."] * 200, ["a b d ."] * 200)
    assert not caplog.records
