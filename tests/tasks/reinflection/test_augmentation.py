import pytest

from keras_vae_collapse.tasks.reinflection import Example, augment
from keras_vae_collapse.tasks.reinflection.augmentation import copies, paradigm_pairs, prefix_swaps

EVLER = [
    Example("evler", "case=ABL", "evden"),
    Example("evden", "case=DAT", "eve"),
    Example("göz", "num=PL", "gözler"),
]


def triples(examples):
    return {(e.source, e.features, e.target) for e in examples}


def test_a_paradigm_gives_every_pair_whose_target_is_labelled():
    ev = {
        (source, features, target)
        for source in ("evler", "evden", "eve")
        for target, features in (("evden", "case=ABL"), ("eve", "case=DAT"))
    }
    goz = {(source, "num=PL", "gözler") for source in ("göz", "gözler")}
    assert triples(paradigm_pairs(EVLER)) == ev | goz


def test_source_features_label_the_source():
    (example,) = [Example("evler", "case=ABL", "evden", source_features="num=PL")]
    assert ("evden", "num=PL", "evler") in triples(paradigm_pairs([example]))


def test_copies_are_every_form_without_features():
    assert triples(copies(EVLER)) == {
        (form, "", form) for form in ("evler", "evden", "eve", "göz", "gözler")
    }


def test_swapped_prefixes_keep_the_endings_and_what_stands_before_them():
    words = [
        Example("kitaplar", "case=ABL", "kitaptan"),
        Example("bardaklar", "case=ABL", "bardaktan"),
    ]
    made = prefix_swaps(words, swaps=20, kept=3, seed=1)
    assert made and made == prefix_swaps(words, swaps=20, kept=3, seed=1)
    for example in made:
        ending = "tap" if example.source.endswith("taplar") else "dak"
        assert example.source.endswith(ending + "lar")
        assert example.target.endswith(ending + "tan")
        assert example.source[: -len("lar")] == example.target[: -len("tan")]
    assert {e.source for e in made} - {"kitaplar", "bardaklar"}


def test_a_swapped_prefix_is_half_of_a_word_at_most():
    # Before the b of the first word fit the x of its own and, of the other, a and aba.
    words = [Example("xb", "num=PL", "xb"), Example("abababab", "num=PL", "qq")]
    made = prefix_swaps(words, swaps=300, kept=1, seed=0)
    assert {example.source for example in made} == {"xb", "ab", "abab"}


def test_a_swapped_prefix_takes_the_place_of_another_and_fits_the_letter_after_it():
    words = [Example("kitaplar", "ABL", "kitaptan"), Example("bardaklar", "ABL", "bardaktan")]
    forms = [form for e in words for form in (e.source, e.target)]
    seen = {form[i : i + 2] for form in forms for i in range(len(form) - 1)}
    for example in prefix_swaps(words, swaps=200, seed=1):
        assert not example.source[1:].endswith(("kitaplar", "bardaklar"))
        assert {example.source[i : i + 2] for i in range(len(example.source) - 1)} <= seen
    assert prefix_swaps(words * 20, seed=1) == prefix_swaps(words * 20, swaps=1, kept=3, seed=1)


def test_augmentations_add_up_and_keep_what_was_given():
    both = triples(augment(EVLER, [{"class": "ParadigmPairs"}, {"class": "Copies"}]))
    assert both == triples(paradigm_pairs(EVLER)) | triples(copies(EVLER))
    assert augment(EVLER, None) == EVLER
    swapped = augment(EVLER, {"class": "PrefixSwaps", "kept": 1, "swaps": 3})
    assert triples(swapped) == triples(EVLER + prefix_swaps(EVLER, kept=1, swaps=3))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"class": "PrefixSwap"}, "ParadigmPairs, Copies, PrefixSwaps.*Did you mean 'PrefixSwaps'"),
        ({"class": "PrefixSwaps", "swap": 2}, "`augmentation`: .*'swap'"),
    ],
)
def test_an_augmentation_or_option_that_is_not_there_is_named(part, message):
    with pytest.raises(ValueError, match=message):
        augment(EVLER, part)


def test_a_common_beginning_that_is_kept_whole_is_not_swapped():
    pair = [Example("kitap", "N", "kitler")]  # three letters in common
    assert prefix_swaps(pair, swaps=9) == prefix_swaps(pair, swaps=9, kept=4) == []
    assert len(prefix_swaps([*pair, Example("kan", "N", "kat")], swaps=9, kept=2)) == 9


@pytest.mark.parametrize(("name", "value"), [("swaps", 0), ("kept", 0), ("seed", -1)])
def test_an_impossible_option_is_named(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least {value + 1}"):
        prefix_swaps(EVLER, **{name: value})
