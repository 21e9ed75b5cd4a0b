import math

import pytest

from keras_vae_collapse.tasks.text.figures import perplexity, reconstruction_figures


def test_errors_are_counted_in_tokens_over_all_sentences():
    gold = ["the dog barks", "it rains", "yes"]
    outputs = ["the dog barks", "it snows a lot", ""]
    # 0 of 3, a substitution and two insertions of 2, a deletion of 1.
    assert reconstruction_figures(gold, outputs) == {
        "exact_match": 1 / 3,
        "token_error_rate": pytest.approx(4 / 6),
    }


def test_characters_are_counted_as_such():
    assert reconstruction_figures(["ab c"], ["ab"], "characters")["token_error_rate"] == 0.5


def test_numbers_that_differ_and_no_tokens_are_refused():
    with pytest.raises(ValueError):
        reconstruction_figures(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="at least one token"):
        reconstruction_figures([], [])


def test_the_perplexity_of_a_uniform_model_is_the_number_of_its_symbols():
    # Sentences of 2 and 4 words and their ends, each symbol one of 7.
    nats = (3 + 5) * math.log(7) / 2
    assert perplexity(nats, sentences=2, symbols=8) == pytest.approx(7.0, rel=1e-12)


def test_a_perplexity_that_is_too_large_is_infinite():
    assert perplexity(1e6, 1, 1) == math.inf
