"""Invented stems: well formed, new, and as exceptional as real nouns."""

import random
import re

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


def invented(*nouns, count=40):
    """Stems invented from a few nouns, entries of the word list or `Lemma`s."""
    lemmas = [noun if isinstance(noun, Lemma) else Lemma.parse(noun) for noun in nouns]
    return StemInventor(lemmas, random.Random(0)).invent(count)


def test_parts_of_syllables_are_put_together_as_the_nouns_have_them():
    found = [stem.citation for stem in invented("bal", "kol", count=20)]
    assert {word for word in found if phonology.count_syllables(word) == 1} == {"bol", "kal"}
    # The second vowel follows from the first one; no suffix makes a word of two syllables.
    found = [stem.citation for stem in invented("kapı", "bere")]
    assert {word for word in found if phonology.count_syllables(word) == 2} == {
        "karı", "bapı", "barı", "kepe", "kere", "bepe",
    }  # fmt: skip
    assert {stem.citation for stem in invented("at", "ok", count=12)} >= {"ot", "ak"}


def test_derived_stems_are_regular_and_of_real_and_invented_words():
    # The only word that can be invented is `rol` again, which is not palatal then.
    found = invented("rol~", count=12)
    assert {stem.citation for stem in found} == {
        "rolluk", "rolcu", "rolculuk", "rolsuz", "rollu", "roldaş",
        "rollük", "rolcü", "rolcülük", "rolsüz", "rollü", "roldeş",
    }  # fmt: skip
    assert found == [Lemma.from_spelling(stem.citation, invented=True) for stem in found]


def test_a_vowel_is_lost_where_it_is_a_high_one_between_two_consonants():
    nouns = [("burun", "burn"), ("kazan", "kazn"), ("sinin", "sinn"), ("arslın", "arsln")]
    nouns = [Lemma(citation, bound) for citation, bound in [*nouns, ("kalemin", "kalemn")]]
    found = [stem for stem in invented(*nouns, count=150) if stem.citation[-1] == "n"]
    lost = [stem for stem in found if stem.bound == stem.citation[:-2] + "n"]
    assert lost == [
        stem
        for stem in found
        if re.search("[aeıiuü][bklmrsz][ıiuü]n$", stem.citation)
        and phonology.count_syllables(stem.citation) == 2
    ]
    assert lost and len(lost) < len(found)
    assert all(stem.bound == stem.citation for stem in found if stem not in lost)


def test_a_consonant_is_doubled_after_a_vowel_as_in_the_model():
    nouns = [("zıt", "zıdd"), ("kart", "karrd"), ("hat", "hadd"), ("sert", "serdd")]
    found = invented(*(Lemma(citation, bound) for citation, bound in nouns))
    short = [stem for stem in found if phonology.count_syllables(stem.citation) == 1]
    shapes = {(stem.citation[-2] == "r", stem.bound == stem.citation[:-1] + "dd") for stem in short}
    assert shapes == {(False, True), (False, False), (True, False)}
    assert all(stem.bound in (stem.citation, stem.citation[:-1] + "dd") for stem in short)
    # `suy` is longer without a consonant that is there twice.
    found = invented("su:suy", "ku:kuy", "bo:boy", count=25)
    found = [stem for stem in found if len(stem.citation) == 2]
    assert {stem.citation for stem in found} == {"so", "ko", "bu"}
    assert all(stem.bound == stem.citation for stem in found)


def test_a_palatal_model_passes_on_what_only_back_vowels_can_show():
    nouns = [Lemma(word, word, palatal=True) for word in ("saat", "rahat", "adet", "devlet")]
    found = [stem for stem in invented(*nouns, count=60) if stem.citation[-1] == "t"]
    assert {stem.palatal for stem in found} == {False, True}
    for stem in found:
        assert stem.palatal == (phonology.last_vowel(stem.citation) == "a")


def test_words_of_one_syllable_and_compounds_are_no_models_of_others():
    nouns = [Lemma("kat", "kad"), Lemma("bot", "bod"), Lemma("kanat", "kanat")]
    found = [stem for stem in invented(*nouns) if stem.citation[-1] == "t"]
    lengths = {phonology.count_syllables(stem.citation): stem.bound[-1] for stem in found}
    assert lengths == {1: "d", 2: "t"}
    # Those of two syllables and of more are models of one another.
    found = invented(Lemma("kanat", "kanad"), Lemma("palamat", "palamat"))
    for syllables in (2, 3):
        alike = [s for s in found if phonology.count_syllables(s.citation) == syllables]
        assert {s.bound[-1] for s in alike if s.citation[-1] == "t"} == {"d", "t"}
    compounds = [Lemma(word, word + "y", True, "bal") for word in ("kapı", "balı", "sarı")]
    found = [stem for stem in invented(*compounds) if stem.citation[-1] == "ı"]
    assert found
    assert all(stem == Lemma.from_spelling(stem.citation, invented=True) for stem in found)


def test_what_no_turkish_word_has_is_never_invented():
    # All of it would follow from these nouns.
    found = [stem.citation for stem in invented("ğaz", "kab", "saas", "kol", "sel", "haa")]
    assert not [word for word in found if word[0] == "ğ" or word[-1] == "b" or "aaa" in word]
    found = [stem.citation for stem in invented("kalabarakan", "teresedele", count=200)]
    assert max(map(len, found)) == 11
