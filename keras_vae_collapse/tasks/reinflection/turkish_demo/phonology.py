"""Turkish sounds: vowel harmony, voicing, buffer letters and syllables.

The rules are those of the reference grammars (Lewis 2000, *Turkish Grammar*, chapters 1 and 2;
Göksel & Kerslake 2005, *Turkish: A Comprehensive Grammar*, chapters 2 and 3).
"""

import functools

BACK_VOWELS = frozenset("aıouâû")
FRONT_VOWELS = frozenset("eiöüî")
ROUNDED_VOWELS = frozenset("oöuüû")
VOWELS = BACK_VOWELS | FRONT_VOWELS
VOICELESS_CONSONANTS = frozenset("çfhkpsşt")
CONSONANTS = frozenset("bcdgğjlmnrvyz") | VOICELESS_CONSONANTS

_FRONTED = {"a": "e", "â": "e", "ı": "i", "o": "ö", "u": "ü", "û": "ü"}
_SOFTENED = {"p": "b", "ç": "c", "t": "d", "k": "ğ", "g": "ğ"}


def last_vowel(word):
    """Returns the last vowel of `word`, or raises `ValueError` when it has none."""
    for letter in reversed(word):
        if letter in VOWELS:
            return letter
    raise ValueError(f"A Turkish stem must have a vowel. Received: {word!r}")


def count_syllables(word):
    """Returns the number of syllables, which is the number of vowels."""
    return sum(letter in VOWELS for letter in word)


def split_syllables(word):
    """Splits a word into (onset, nucleus, coda) triples.

    Every vowel is a nucleus; the consonant before it is its onset, all others close the syllable
    before. Only the first syllable can begin with a cluster (`tren`).

    >>> split_syllables("trenlik")
    [('tr', 'e', 'n'), ('l', 'i', 'k')]
    """
    places = [place for place, letter in enumerate(word) if letter in VOWELS]
    last_vowel(word)  # refuses a word without one
    starts = [0] + [place - 1 if word[place - 1] in CONSONANTS else place for place in places[1:]]
    ends = starts[1:] + [len(word)]
    return [
        (word[start:place], word[place], word[place + 1 : end])
        for start, place, end in zip(starts, places, ends, strict=True)
    ]


def soften(stem):
    """Returns `stem` with its last consonant as it is before a vowel (`kitap`, `kitab-ı`).

    The consonants k and g become ğ after a vowel; k becomes g after n; both stay after others.
    """
    if stem[-1] in "kg" and stem[-2:-1] not in VOWELS:
        return stem[:-1] + "g" if stem.endswith("nk") else stem
    return stem[:-1] + _SOFTENED.get(stem[-1], stem[-1])


def regular_bound_stem(word):
    """Returns the stem before a vowel as spelling alone predicts it.

    In words of several syllables final `p`, `ç` become `b`, `c`, and final `k` becomes `ğ` after a
    vowel and `g` after `n`. Final `t` and words of one syllable stay, as most of them do.
    """
    last_vowel(word)  # refuses a word without one
    if count_syllables(word) < 2:
        return word
    return soften(word) if word[-1] in "pçk" else word


def attach(stem, suffix, palatal=False):
    """Returns `stem` with `suffix` realised after it.

    Args:
        stem: a stem or a word, with at least one vowel.
        suffix: a template. Capitals are the letters that harmony or voicing decide: `A` is a/e,
            `I` is ı/i/u/ü, `D` is d/t, `C` is c/ç. A first letter in parentheses is a buffer: a
            consonant shows after a vowel only, the vowel `(I)` after a consonant only.
        palatal: whether suffixes take front vowels although the last vowel of the stem is a back
            one (`saat`, `saat-ler`).

    >>> attach("ev", "lArI"), attach("araba", "(y)I"), attach("kitap", "DA")
    ('evleri', 'arabayı', 'kitapta')
    """
    return stem + realise(suffix, harmony_vowel(stem, palatal), stem[-1])


def harmony_vowel(stem, palatal=False):
    """Returns the vowel that suffixes after `stem` harmonise with."""
    vowel = last_vowel(stem)
    return _FRONTED.get(vowel, vowel) if palatal else vowel


@functools.cache
def realise(suffix, vowel, letter):
    """Spells the template `suffix` after a stem that harmonises as `vowel` and ends in `letter`."""
    if suffix.startswith("("):
        after_vowel = letter in VOWELS
        wanted = after_vowel if suffix[1] != "I" else not after_vowel
        suffix = (suffix[1] if wanted else "") + suffix[3:]
    spelled = []
    for symbol in suffix:
        back = vowel in BACK_VOWELS
        if symbol == "A":
            symbol = "a" if back else "e"
        elif symbol == "I":
            if vowel in ROUNDED_VOWELS:
                symbol = "u" if back else "ü"
            else:
                symbol = "ı" if back else "i"
        elif symbol == "D":
            symbol = "t" if letter in VOICELESS_CONSONANTS else "d"
        elif symbol == "C":
            symbol = "ç" if letter in VOICELESS_CONSONANTS else "c"
        if symbol in VOWELS:
            vowel = symbol
        letter = symbol
        spelled.append(symbol)
    return "".join(spelled)
