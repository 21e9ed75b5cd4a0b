"""Invented noun stems that sound Turkish."""

import collections

from keras_vae_collapse.tasks.reinflection.turkish_demo import phonology
from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma

# Suffixes that make nouns of nouns: -lik, -ci, -siz, -li, -das, -cilik (Lewis 2000, chapter 4).
_DERIVATIONS = ("lIk", "lIk", "CI", "CI", "CIlIk", "sIz", "lI", "DAş")
_DERIVED_SHARE = 0.15
_LONGEST_STEM = 11
_NEVER_FINAL = frozenset("bcdgğj")
_HIGH_VOWELS = frozenset("ıiuü")


class StemInventor:
    """Draws noun stems from the sound patterns of a list of real nouns.

    A stem is a Markov chain over the parts of its syllables. The number of syllables and the
    first onset are drawn as the list has them; then each nucleus given the nucleus before it
    (which is vowel harmony, with as many breaches as the list has), each coda given whether it
    ends the word, each later onset given the coda before it. Stems that break the rules of Turkish
    are drawn again: no final b, c, d, g, ğ or j, no initial ğ, no letter three times in a row, at
    most 11 letters. About one stem in seven is derived from another, invented or real, by a
    suffix such as `-lIk` or `-CI`.

    Exceptional properties are copied: an invented stem inflects like a random real noun of the
    same last letter and length class (one syllable, or more), so that softening, vowel loss and
    the like are as frequent as among real nouns.

    Args:
        lemmas: the real nouns, `Lemma` objects. Pass only those of the training part, so that
            nothing of the development nouns flows into training.
        rng: a `random.Random`.
    """

    def __init__(self, lemmas, rng):
        self._lemmas = tuple(lemmas)
        if not self._lemmas:
            raise ValueError("`lemmas` must hold at least one noun. Received: none")
        self._rng = rng
        self._lengths = []
        self._first_onsets = []
        self._first_nuclei = []
        # Lists with repetitions: a uniform choice from one has the observed frequencies.
        self._onsets = collections.defaultdict(list)
        self._nuclei = collections.defaultdict(list)
        self._codas = collections.defaultdict(list)
        self._models = collections.defaultdict(list)
        for lemma in self._lemmas:
            self._models[_length_class(lemma.citation)].append(lemma)
            self._count(phonology.split_syllables(lemma.citation))

    def _count(self, syllables):
        self._lengths.append(len(syllables))
        self._first_onsets.append(syllables[0][0])
        self._first_nuclei.append(syllables[0][1])
        for place, (_, _, coda) in enumerate(syllables):
            self._codas[place == len(syllables) - 1].append(coda)
        for (_, vowel, coda), (onset, nucleus, _) in zip(
            syllables[:-1], syllables[1:], strict=True
        ):
            self._onsets[coda].append(onset)
            self._nuclei[vowel].append(nucleus)

    def invent(self, count, taken=()):
        """Returns `count` different invented `Lemma`s.

        Args:
            count: how many.
            taken: citation forms that must not come out, besides those of the real nouns.

        Raises:
            ValueError: when the patterns do not yield so many different stems.
        """
        taken = set(taken) | {lemma.citation for lemma in self._lemmas}
        stems = []
        for _ in range(100 * count):
            if len(stems) == count:
                return stems
            lemma = self._derived() if self._rng.random() < _DERIVED_SHARE else self._rooted()
            if _sounds_turkish(lemma.citation) and lemma.citation not in taken:
                taken.add(lemma.citation)
                stems.append(lemma)
        if len(stems) == count:
            return stems
        raise ValueError(
            f"The {len(self._lemmas)} real nouns do not yield {count} different invented stems"
        )

    def _derived(self):
        """A noun in -lık, -cı, ...: always regular."""
        base = self._rng.choice(self._lemmas)
        word, palatal = base.citation, base.palatal
        if self._rng.random() < 0.5:
            word, palatal = self._chain(), False
        word = phonology.attach(word, self._rng.choice(_DERIVATIONS), palatal)
        return Lemma.from_spelling(word, invented=True)

    def _rooted(self):
        """A noun of random syllables that inflects like a random real one of its class."""
        word = self._chain()
        regular = Lemma.from_spelling(word, invented=True)
        models = self._models.get(_length_class(word))
        model = self._rng.choice(models) if models else None
        if model is None or model.bare is not None:
            return regular
        bound = _bound_like(word, model)
        palatal = model.palatal and phonology.last_vowel(word) in phonology.BACK_VOWELS
        return Lemma(word, bound or regular.bound, palatal=palatal, invented=True)

    def _chain(self):
        rng = self._rng
        length = rng.choice(self._lengths)
        vowel = rng.choice(self._first_nuclei)
        coda = rng.choice(self._codas[length == 1])
        word = rng.choice(self._first_onsets) + vowel + coda
        for place in range(1, length):
            onset = rng.choice(self._onsets[coda])
            vowel = rng.choice(self._nuclei.get(vowel) or self._first_nuclei)
            coda = rng.choice(self._codas[place == length - 1])
            word += onset + vowel + coda
        return word


def _sounds_turkish(word):
    tripled = any(a == b == c for a, b, c in zip(word, word[1:], word[2:], strict=False))
    return (
        2 <= len(word) <= _LONGEST_STEM
        and not tripled
        and word[0] != "ğ"
        and word[-1] not in _NEVER_FINAL
    )


def _length_class(word):
    return word[-1], min(phonology.count_syllables(word), 2)


def _bound_like(word, model):
    """Returns the bound stem of `word` formed as that of `model`, or `None` where it cannot be."""
    citation, bound = model.citation, model.bound
    if len(bound) == len(citation):
        return phonology.soften(word) if bound != citation else word
    if len(bound) > len(citation):
        doubles = bound[-1] == bound[-2] and word[-2] in phonology.VOWELS
        return word[:-1] + bound[-1] * 2 if doubles else None
    loses = (
        len(word) > 3
        and phonology.count_syllables(word) == 2
        and word[-1] in phonology.CONSONANTS
        and word[-2] in _HIGH_VOWELS
        and word[-3] in phonology.CONSONANTS - {word[-1]}
        and word[-4] in phonology.VOWELS
    )
    return word[:-2] + bound[-1] if loses else None
