"""Inflection of Turkish nouns under the feature names of SIGMORPHON 2016.

A noun takes number, possessor and case in this order (Göksel & Kerslake 2005, chapter 8):
`ev-ler-imiz-de`, house-PL-PSS1P-ESS, "in our houses". Two facts of the published data are kept:

- Plural number and plural possessor of the third person share one `-lAr`: `evleri` is "their
  house", "their houses" and "his houses".
- In the predicative forms (`tense`, "we were houses") `num` is the number of the noun; the subject
  is plural whatever `num` says: `pos=N,tense=PST,per=1,num=SG` of `hindi` is `hindiydik`.
  All published rows are so.
"""

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import LEXICON
from keras_vae_collapse.tasks.reinflection.turkish_demo.phonology import attach

NUMBERS = ("SG", "PL")
_POSSESSIVES = {
    None: "",
    "PSS1S": "(I)m",
    "PSS2S": "(I)n",
    "PSS3S": "(s)I",
    "PSS1P": "(I)mIz",
    "PSS2P": "(I)nIz",
    "PSS3P": "lArI",
}
_CASES = {"NOM": "", "ACC": "(y)I", "GEN": "(n)In", "DAT": "(y)A", "ESS": "DA", "ABL": "DAn"}
# After a third person possessive, cases are joined by the pronominal n: evi-n-de.
_PRONOMINAL_CASES = {
    "NOM": "", "ACC": "nI", "GEN": "nIn", "DAT": "nA", "ESS": "nDA", "ABL": "nDAn"
}  # fmt: skip
POSSESSORS = tuple(_POSSESSIVES)
CASES = tuple(_CASES)

# (tense, evidential) -> suffix by person of the plural subject.
_PREDICATES = {
    ("PRS", False): {1: "(y)Iz", 2: "sInIz", 3: "lAr"},
    ("PST", False): {1: "(y)DIk", 2: "(y)DInIz", 3: "(y)DIlAr"},
    ("PST", True): {1: "(y)mIşIz", 2: "(y)mIşsInIz", 3: "(y)mIşlAr"},
}
# The third person after a noun in the plural does not repeat -lAr.
_THIRD_AFTER_PLURAL = {("PRS", False): "DIr", ("PST", False): "(y)DI", ("PST", True): "(y)mIş"}


def as_lemma(noun):
    """Returns `noun` if it is a `Lemma`; a string is looked up, or else taken as regular."""
    if isinstance(noun, Lemma):
        return noun
    return LEXICON.get(noun) or Lemma.from_spelling(noun)


def inflect_noun(noun, case="NOM", number="SG", possessor=None):
    """Returns one form of a noun.

    Args:
        noun: a `Lemma`, or a citation form; one that the word list lacks is taken as regular.
        case: "NOM", "ACC", "GEN", "DAT", "ESS" or "ABL".
        number: "SG" or "PL".
        possessor: `None`, "PSS1S", "PSS2S", "PSS3S", "PSS1P", "PSS2P" or "PSS3P".

    Raises:
        ValueError: for another value, or a citation form without a vowel.

    >>> inflect_noun("kitap", "GEN", "SG", "PSS1P")
    'kitabımızın'
    """
    check_choice("case", case, CASES)
    check_choice("number", number, NUMBERS)
    check_choice("possessor", possessor, POSSESSORS)
    lemma = as_lemma(noun)
    # A compound in -(s)I is a third person possessive already: buzdolabı-n-da.
    possessed = possessor in ("PSS3S", "PSS3P") or (lemma.bare is not None and possessor is None)
    if number == "PL" or possessor == "PSS3P":
        stem = _plural(lemma)
        suffix = "I" if possessed else _POSSESSIVES[possessor]
        form = attach(stem, suffix) if suffix else stem
    elif lemma.bare is not None and possessed:
        form = lemma.citation
    elif possessor is None:
        return lemma.attach(_CASES[case])
    else:
        form = lemma.attach(_POSSESSIVES[possessor])
    ending = (_PRONOMINAL_CASES if possessed else _CASES)[case]
    return attach(form, ending) if ending else form


def inflect_predicate(noun, person, number="SG", tense="PRS", evidential=False):
    """Returns a form of a noun that is the predicate of a plural subject ("we are houses").

    Args:
        noun: as for `inflect_noun`.
        person: 1, 2 or 3, the person of the subject, which is always plural.
        number: "SG" or "PL", the number of the noun.
        tense: "PRS" or "PST".
        evidential: whether the past is hearsay (`evid=NFH`, `-mIş`); needs `tense="PST"`.

    >>> inflect_predicate("öğrenci", 1), inflect_predicate("öğrenci", 3, "PL", "PST")
    ('öğrenciyiz', 'öğrencilerdi')
    """
    check_choice("person", person, (1, 2, 3))
    check_choice("number", number, NUMBERS)
    check_choice("(tense, evidential)", (tense, bool(evidential)), tuple(_PREDICATES))
    lemma = as_lemma(noun)
    suffixes = _PREDICATES[tense, bool(evidential)]
    if number == "SG":
        if person == 3 and tense == "PRS":
            return inflect_noun(lemma, number="PL")
        return lemma.attach(suffixes[person])
    if person == 3:
        suffixes = {3: _THIRD_AFTER_PLURAL[tense, bool(evidential)]}
    return attach(inflect_noun(lemma, number="PL"), suffixes[person])


def _plural(lemma):
    """Returns the plural without any possessive, `buzdolaplar` for a compound."""
    return lemma.attach("lAr") if lemma.bare is None else attach(lemma.bare, "lAr", lemma.palatal)


def _noun_cells():
    for number in NUMBERS:
        for possessor in POSSESSORS:
            for case in CASES:
                owned = "" if possessor is None else f"poss={possessor},"
                yield f"pos=N,{owned}case={case},num={number}", (case, number, possessor)


def _predicate_cells():
    for tense, evidential in _PREDICATES:
        for person in (1, 2, 3):
            for number in NUMBERS:
                tail = ",aspect={IPFV/PFV}" if tense == "PRS" else ",evid=NFH" * evidential
                features = f"pos=N,tense={tense},per={person},num={number}{tail}"
                yield features, (person, number, tense, evidential)


_NOUN_CELLS = dict(_noun_cells())
_PREDICATE_CELLS = dict(_predicate_cells())
# Short descriptions in the data: an accusative is a singular, a plural a nominative.
_SHORT_CELLS = {"pos=N,case=ACC": ("ACC", "SG", None), "pos=N,num=PL": ("NOM", "PL", None)}
_CELLS = {
    **{cell: (inflect_noun, values) for cell, values in (_NOUN_CELLS | _SHORT_CELLS).items()},
    **{cell: (inflect_predicate, values) for cell, values in _PREDICATE_CELLS.items()},
}
_BY_PARTS = {frozenset(cell.split(",")): action for cell, action in _CELLS.items()}

NOUN_FEATURES = tuple(_NOUN_CELLS)
PREDICATE_FEATURES = tuple(_PREDICATE_CELLS)
SHORT_FEATURES = tuple(_SHORT_CELLS)


def inflect(noun, features):
    """Returns the form of a noun under a feature string such as `"pos=N,case=ABL,num=PL"`.

    The 84 strings of `NOUN_FEATURES`, the 18 of `PREDICATE_FEATURES` and the two of
    `SHORT_FEATURES` are known, which are all that nouns have in the published Turkish data; their
    parts may stand in any order.

    Raises:
        ValueError: for another combination.
    """
    known = _CELLS.get(features) or _BY_PARTS.get(frozenset(features.split(",")))
    if known is None:
        raise ValueError(
            "`features` must be one of NOUN_FEATURES, PREDICATE_FEATURES or SHORT_FEATURES, "
            f"such as {NOUN_FEATURES[0]!r}. Received: features={features!r}"
        )
    action, values = known
    return action(noun, *values)


def paradigm(noun, predicates=False):
    """Returns all forms of a noun as a dictionary from feature string to form.

    Args:
        noun: as for `inflect_noun`.
        predicates: whether the 18 predicative forms are added to the 84 nominal ones.
    """
    lemma = as_lemma(noun)
    cells = NOUN_FEATURES + (PREDICATE_FEATURES if predicates else ())
    return {features: inflect(lemma, features) for features in cells}
