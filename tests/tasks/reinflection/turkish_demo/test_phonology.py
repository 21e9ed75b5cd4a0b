"""Vowel harmony, voicing, buffers, syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_vae_collapse.tasks.reinflection.turkish_demo import phonology
from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import (
    EXCEPTIONAL,
    LEXICON,
    REGULAR,
)
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import NOUN_FEATURES, inflect

letters = "".join(sorted(phonology.VOWELS | phonology.CONSONANTS))
words = st.text(letters, min_size=1, max_size=15).filter(
    lambda word: any(letter in phonology.VOWELS for letter in word)
)
# Written out again, so that an error in the tables of the module shows.
BACK, FRONT = set("aıouâû"), set("eiöüî")
ROUNDED = set("oöuüû")


@pytest.mark.parametrize(
    "stem, suffix, form",
    [
        ("ev", "lArI", "evleri"),
        ("araba", "(y)I", "arabayı"),
        ("araba", "(s)I", "arabası"),
        ("ev", "(s)I", "evi"),
        ("araba", "(I)mIz", "arabamız"),
        ("göz", "(I)mIz", "gözümüz"),
        ("kitap", "DA", "kitapta"),
        ("okul", "DAn", "okuldan"),
        ("kuş", "CI", "kuşçu"),
        ("kâğıt", "lAr", "kâğıtlar"),
        ("siyasî", "lAr", "siyasîler"),
    ],
)
def test_suffixes_are_spelled_as_in_grammars(stem, suffix, form):
    assert phonology.attach(stem, suffix) == form


def test_palatal_stems_take_front_suffixes_of_their_own_rounding():
    assert phonology.attach("saat", "(n)In", palatal=True) == "saatin"
    assert phonology.attach("rol", "(n)In", palatal=True) == "rolün"


@given(words)
def test_plural_vowel_agrees_with_the_last_vowel(word):
    last = [letter for letter in word if letter in BACK | FRONT][-1]
    assert phonology.attach(word, "lAr") == word + ("lar" if last in BACK else "ler")


@given(words)
def test_high_vowel_agrees_in_backness_and_rounding(word):
    last = [letter for letter in word if letter in BACK | FRONT][-1]
    vowel = phonology.attach(word, "lIk")[-2]
    assert (vowel in BACK) == (last in BACK)
    assert (vowel in ROUNDED) == (last in ROUNDED)
    assert vowel in "ıiuü"


@given(words)
def test_buffers_keep_vowels_apart_and_do_not_pile_up_consonants(word):
    ends_in_vowel = word[-1] in BACK | FRONT
    accusative = phonology.attach(word, "(y)I")
    possessive = phonology.attach(word, "(I)m")
    assert len(accusative) - len(word) == (2 if ends_in_vowel else 1)
    assert len(possessive) - len(word) == (1 if ends_in_vowel else 2)


@given(words, st.sampled_from(NOUN_FEATURES))
def test_suffixes_of_a_regular_noun_are_all_back_or_all_front(word, features):
    stem = Lemma.from_spelling(word)
    suffix = inflect(stem, features)[len(word) :]
    last = [letter for letter in word if letter in BACK | FRONT][-1]
    vowels = {letter for letter in suffix if letter in BACK | FRONT}
    assert vowels <= (BACK if last in BACK else FRONT)


@given(words)
def test_syllables_spell_the_word_and_each_has_one_vowel(word):
    syllables = phonology.split_syllables(word)
    assert "".join(part for syllable in syllables for part in syllable) == word
    assert len(syllables) == phonology.count_syllables(word)
    assert all(len(onset) <= 1 for onset, _, _ in syllables[1:])


def test_syllables_are_cut_before_one_consonant():
    cut = ["".join(parts) for parts in phonology.split_syllables("trenlerimizde")]
    assert cut == ["tren", "le", "ri", "miz", "de"]
    assert ["".join(parts) for parts in phonology.split_syllables("aile")] == ["a", "i", "le"]


@pytest.mark.parametrize(
    "word, bound",
    [
        ("kitap", "kitab"),
        ("ağaç", "ağac"),
        ("köpek", "köpeğ"),
        ("çelenk", "çeleng"),
        ("top", "top"),
        ("ok", "ok"),
        ("sepet", "sepet"),
        ("araba", "araba"),
    ],
)
def test_bound_stems_follow_from_spelling(word, bound):
    assert phonology.regular_bound_stem(word) == bound


@pytest.mark.parametrize(("stem", "before_a_vowel"), [("kanat", "kanad"), ("kız", "kız")])
def test_other_letters_soften_if_they_can(stem, before_a_vowel):
    assert phonology.soften(stem) == before_a_vowel


@pytest.mark.parametrize("k_final", ["park", "üsk"])
def test_k_after_another_consonant_does_not_soften(k_final):
    assert phonology.soften(k_final) == k_final


def test_a_stem_without_vowel_is_refused():
    with pytest.raises(ValueError, match="must have a vowel.*'brr'"):
        phonology.attach("brr", "lAr")
    with pytest.raises(ValueError, match="must have a vowel.*'brr'"):
        Lemma.from_spelling("brr")
    with pytest.raises(ValueError, match="must have a vowel.*'brr'"):
        phonology.split_syllables("brr")


@pytest.mark.parametrize("entry", ["Kitap", "kitap2", "kitap:kita b", "wiki", "ziyāret", "brr", ""])
def test_an_entry_outside_the_notation_is_refused(entry):
    with pytest.raises(ValueError):
        Lemma.parse(entry)


def test_the_word_lists_repeat_nothing_and_list_no_exception_that_spelling_predicts():
    assert len(LEXICON) == len(EXCEPTIONAL) + len(REGULAR)
    exceptional = map(Lemma.parse, EXCEPTIONAL)
    assert [e for e in exceptional if e == Lemma.from_spelling(e.citation)] == []
    assert all(LEXICON[name] == Lemma.from_spelling(name) for name in REGULAR)
