import collections

import pytest

from keras_vae_collapse.tasks.reinflection import Example, back_translation
from keras_vae_collapse.tasks.reinflection.paradigms import paradigms

# Three features that occur together in the second paradigm; the first has a form for one.
EXAMPLES = [
    Example("evler", "ABL", "evden"),
    Example("göz", "ABL", "gözden"),
    Example("gözden", "DAT", "göze"),
    Example("göz", "PL", "gözler"),
    Example("koş", "PST", "koştu"),
]
FORMS = {"DAT": "e", "PL": "ler", "ABL": "den"}


def right(sources, features):
    stems = ["ev" if source.startswith("ev") else source[:3] for source in sources]
    return [stem + FORMS[f] for stem, f in zip(stems, features, strict=True)]


def recorder(asked):
    """Answers that are right, and every question in the list `asked`."""

    def inflect(sources, features):
        asked.extend(zip(sources, features, strict=True))
        return right(sources, features)

    return inflect


def triples(examples):
    return [(e.source, e.features, e.target) for e in examples]


def test_paradigms_are_what_shared_forms_connect():
    ev, goz, kos = paradigms(EXAMPLES)
    assert ev == (["evler", "evden"], [("evden", "ABL")])
    assert goz.forms == ["göz", "gözden", "göze", "gözler"]
    assert goz.labelled == [("gözden", "ABL"), ("göze", "DAT"), ("gözler", "PL")]
    assert kos.forms == ["koş", "koştu"]


def test_what_a_teacher_makes_becomes_a_source_of_known_forms_only():
    pairs = back_translation(EXAMPLES, right, labels=50)
    # "evler" is made, too, but that pair is given. Nothing is missing of the second paradigm, and
    # nothing has ever occurred together with PST.
    assert triples(pairs) == [("eve", "ABL", "evden")]


def test_features_are_drawn_by_their_frequency():
    queries = []
    often = [Example(f"göz{i}", "DAT", f"göze{i}") for i in range(30)]
    for seed in range(200):
        back_translation(EXAMPLES + often, recorder(queries), labels=1, seed=seed)
    asked = collections.Counter(features for source, features in queries if source == "evler")
    # Two draws for two forms, 31 of 32 are DAT: PL is in 12.3 of 200, standard deviation 3.4.
    assert asked["DAT"] > 198 and 0 < asked["PL"] < 30


def test_a_paradigm_of_more_forms_is_asked_for_more_features():
    cases = [Example("göz", f"case={i}", f"göz{i}") for i in range(40)]

    def inflect(sources, features):
        asked.extend(set(features))
        return [""] * len(sources)

    sizes = []
    for count in (2, 4):
        forms = [Example("ev", "case=0", f"ev{i}") for i in range(count - 1)]
        sizes.append(0)
        for seed in range(20):
            asked = []
            assert back_translation(cases + forms, inflect, labels=3, seed=seed) == []
            sizes[-1] = max(sizes[-1], len(asked))
    assert sizes == [6, 12]  # the largest of 20, as features drawn twice count once


@pytest.mark.parametrize(
    ("answers", "made"),
    [
        (("eve", "eve", "eve"), 1),
        (("eve", "eve", "evde"), 1),
        (("eve", "evde", "evler"), 0),
        (("", "", "eve"), 0),
    ],
)
def test_more_than_half_must_agree(answers, made):
    three = [*EXAMPLES[1:], Example("evler", "ABL", "evden"), Example("evi", "ABL", "evden")]
    given = dict(zip(("evler", "evden", "evi"), answers, strict=True))

    def inflect(sources, features):
        kinds = zip(sources, features, strict=True)
        return [given.get(source, "x") if f == "DAT" else "" for source, f in kinds]

    pairs = back_translation(three, inflect, labels=50)
    assert triples(pairs) == [("eve", "ABL", "evden")] * made


def test_a_tie_is_no_majority():
    two = [*EXAMPLES[1:], Example("evler", "ABL", "evden")]
    answers = {("evler", "DAT"): "eve", ("evden", "DAT"): "evde"}

    def inflect(sources, features):
        return [answers.get(query, "") for query in zip(sources, features, strict=True)]

    assert back_translation(two, inflect, labels=50) == []
    answers["evden", "DAT"] = "eve"
    assert triples(back_translation(two, inflect, labels=50)) == [("eve", "ABL", "evden")]


def test_a_single_form_is_no_agreement():
    alone = [*EXAMPLES[1:], Example("evden", "ABL", "evden")]
    assert back_translation(alone, right, labels=50) == []


def test_no_more_than_the_voters_are_asked():
    many = [*EXAMPLES[1:], *(Example(f"ev{i}", "ABL", "evden") for i in range(9))]
    asked = []
    back_translation(many, recorder(asked), labels=50, voters=4)
    assert collections.Counter(features for _, features in asked) == {"DAT": 4, "PL": 4}


def test_the_same_seed_asks_the_same():
    def asked(seed):
        queries = []
        many = [Example(f"ev{i}", "ABL", f"evden{i}") for i in range(20)]
        back_translation(EXAMPLES + many, recorder(queries), labels=1, seed=seed)
        return queries

    assert asked(1) == asked(1) != asked(2)


@pytest.mark.parametrize(("name", "value"), [("labels", 0), ("voters", 1), ("seed", -1)])
def test_an_impossible_argument_is_named(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least"):
        back_translation(EXAMPLES, right, **{name: value})
