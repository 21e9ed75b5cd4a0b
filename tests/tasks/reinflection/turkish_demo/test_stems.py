"""Invented stems: well formed, new, and as exceptional as real nouns."""

import random

import pytest

from keras_vae_collapse.tasks.reinflection.turkish_demo import phonology
from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import LEXICON
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import paradigm
from keras_vae_collapse.tasks.reinflection.turkish_demo.stems import StemInventor

REAL = list(LEXICON.values())


@pytest.fixture(scope="module")
def stems():
    return StemInventor(REAL, random.Random(1)).invent(3000)


def test_stems_are_new_different_and_marked(stems):
    names = {stem.citation for stem in stems}
    assert len(names) == len(stems) == 3000
    assert names.isdisjoint(LEXICON)
    assert all(stem.invented for stem in stems)
    assert not any(lemma.invented for lemma in REAL)


def test_stems_obey_turkish_phonotactics(stems):
    for word in (stem.citation for stem in stems):
        assert word[-1] not in "bcdgğj" and word[0] != "ğ" and 2 <= len(word) <= 11
        assert not any(a == b == c for a, b, c in zip(word, word[1:], word[2:], strict=False))
        assert all(len(onset) <= 1 for onset, _, _ in phonology.split_syllables(word)[1:])


def _harmonic_share(words):
    vowels = [[letter for letter in word if letter in phonology.VOWELS] for word in words]
    steps = [pair for word in vowels for pair in zip(word, word[1:], strict=False)]
    same = [(a in phonology.BACK_VOWELS) == (b in phonology.BACK_VOWELS) for a, b in steps]
    return sum(same) / len(same), len(same)


def test_stems_are_as_harmonic_as_real_nouns(stems):
    real, _ = _harmonic_share(LEXICON)
    share, steps = _harmonic_share(stem.citation for stem in stems)
    # Derived stems (15%) are more harmonic than the rest, hence the allowance of 0.05.
    tolerance = 5 * (real * (1 - real) / steps) ** 0.5 + 0.05
    assert abs(share - real) < tolerance
    assert share > 0.6


def _exceptional(lemmas):
    irregular = [lemma.bound != phonology.regular_bound_stem(lemma.citation) for lemma in lemmas]
    return sum(irregular) / len(irregular), sum(lemma.palatal for lemma in lemmas) / len(irregular)


def test_stems_are_about_as_exceptional_as_real_nouns(stems):
    real_bound, real_palatal = _exceptional(REAL)
    bound, palatal = _exceptional(stems)
    assert real_bound / 3 < bound < 3 * real_bound
    assert real_palatal / 3 < palatal < 3 * real_palatal


def test_bound_stems_differ_from_the_citation_form_in_lawful_ways(stems):
    for stem in stems:
        word, bound = stem.citation, stem.bound
        softened = phonology.soften(word)
        lost = word[:-2] + bound[-1] if len(word) > 3 else None
        doubled = (word + word[-1], softened + softened[-1])
        assert bound in (word, softened, lost, *doubled), (word, bound)
        assert not stem.palatal or phonology.last_vowel(word) in phonology.BACK_VOWELS


def test_every_invented_stem_has_a_paradigm(stems):
    letters = phonology.VOWELS | phonology.CONSONANTS
    for stem in stems[:300]:
        assert all(form and set(form) <= letters for form in paradigm(stem).values())


def test_an_exceptional_model_passes_its_property_on():
    inventor = StemInventor([Lemma.parse("kanat:kanad"), Lemma.parse("kulak")], random.Random(0))
    stems = [stem for stem in inventor.invent(40) if stem.citation[-1] == "t"]
    assert stems and all(stem.bound[-1] == "d" for stem in stems)


def test_taken_words_do_not_come_out():
    first = {stem.citation for stem in StemInventor(REAL, random.Random(2)).invent(50)}
    second = {stem.citation for stem in StemInventor(REAL, random.Random(2)).invent(50, first)}
    assert first.isdisjoint(second)


def test_an_exhausted_pattern_says_so():
    inventor = StemInventor([Lemma.parse("o")], random.Random(0))
    with pytest.raises(ValueError, match="do not yield 1000 different"):
        inventor.invent(1000)
    with pytest.raises(ValueError, match="`lemmas` must hold"):
        StemInventor([], random.Random(0))
