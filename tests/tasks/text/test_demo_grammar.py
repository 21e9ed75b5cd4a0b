import collections

import pytest

from keras_vae_collapse.tasks.text import demo_grammar
from keras_vae_collapse.tasks.text.demo_grammar import (
    Factors,
    demo_sentences,
    factors_of,
    sentence_of,
)


@pytest.mark.parametrize(
    ("factors", "sentence"),
    [
        (
            ("wolf", "plural", "cry", "past", "on the roof"),
            "yesterday the wolves cried on the roof .",
        ),
        (("wolf", "plural", "cry", "present", "on the roof"), "now the wolves cry on the roof ."),
        (("wolf", "singular", "cry", "present", "on the roof"), "now the wolf cries on the roof ."),
        (
            ("boy", "singular", "sit", "future", "at the gate"),
            "tomorrow the boy will sit at the gate .",
        ),
    ],
)
def test_the_sentence_follows_from_the_factors_and_they_from_it(factors, sentence):
    assert sentence_of(Factors(*factors)) == sentence
    assert factors_of(sentence) == factors


def test_another_text_has_no_factors():
    assert factors_of("now the wolves cries on the roof .") is None


def test_no_two_choices_of_factors_give_one_sentence():
    sizes = [len(v) for v in (demo_grammar.SUBJECTS, demo_grammar.VERBS, demo_grammar.PLACES)]
    assert len(demo_grammar._factors_by_sentence()) == sizes[0] * sizes[1] * sizes[2] * 2 * 3


def test_the_draw_is_always_the_same_and_takes_no_sentence_twice():
    demo = demo_sentences()
    texts = [sentence.text for part in demo.values() for sentence in part]
    assert (len(demo["train"]), len(demo["dev"])) == (8000, 500) and len(set(texts)) == 8500
    assert demo["train"][0].text == "yesterday the girls slept under the stairs ."
    other = demo_sentences(seed=1)
    assert other["train"][0] != demo["train"][0]


def test_every_value_of_every_factor_is_in_training():
    seen = collections.defaultdict(set)
    for sentence in demo_sentences()["train"]:
        for name, value in factors_of(sentence.text)._asdict().items():
            seen[name].add(value)
    assert {name: len(values) for name, values in seen.items()} == {
        "subject": 30, "number": 2, "verb": 20, "tense": 3, "place": 24,
    }  # fmt: skip


def test_more_sentences_than_there_are_cannot_be_drawn():
    assert demo_sentences(train=0, dev=0) == {"train": [], "dev": []}
    assert [len(part) for part in demo_sentences(train=0, dev=86400).values()] == [0, 86400]
    with pytest.raises(ValueError, match="Received: train=-3, dev=2"):
        demo_sentences(train=-3, dev=2)
    with pytest.raises(ValueError, match="86400 sentences. Received: train=86400, dev=1"):
        demo_sentences(train=86400, dev=1)
