"""A Turkish noun as a dictionary describes it: its citation form and what spelling cannot tell."""

import dataclasses

from keras_vae_collapse.tasks.reinflection.turkish_demo import phonology


@dataclasses.dataclass(frozen=True)
class Lemma:
    """One noun.

    Args:
        citation: the dictionary form, nominative singular.
        bound: the stem before a suffix that begins with a vowel: `kitab` of `kitap`, `burn` of
            `burun`, `hakk` of `hak`, `suy` of `su`.
        palatal: whether suffixes are front although the last vowel is back (`saat`, `rol`).
        bare: of a compound that carries a third person suffix in its citation form
            (`buzdolabı`), the compound without it (`buzdolap`); else `None`.
        invented: whether the noun was made up (see `turkish_stems`).
    """

    citation: str
    bound: str
    palatal: bool = False
    bare: str | None = None
    invented: bool = False

    @classmethod
    def from_spelling(cls, citation, invented=False):
        """Returns the lemma that has no exceptional property."""
        return cls(citation, phonology.regular_bound_stem(citation), invented=invented)

    @classmethod
    def parse(cls, entry):
        """Reads one entry of the word list.

        `kitap` is regular, `kanat:kanad` gives the bound stem, `saat~` is palatal (`kalp~:kalb` is
        both) and `buzdolabı=buzdolap` is a compound with its bare form.

        Raises:
            ValueError: where the entry holds a letter outside the Turkish alphabet or no vowel.
        """
        head, _, bare = entry.partition("=")
        head, _, bound = head.partition(":")
        citation = head.removesuffix("~")
        for word in (citation, bound, bare):
            strange = set(word) - phonology.VOWELS - phonology.CONSONANTS
            if strange:
                raise ValueError(
                    "An entry must be written in lower-case Turkish letters. "
                    f"Received: {entry!r} with {sorted(strange)}"
                )
        regular = cls.from_spelling(citation)
        return cls(
            citation,
            bound or regular.bound,
            palatal=head.endswith("~"),
            bare=bare or None,
        )

    def attach(self, suffix):
        """Returns the noun with a suffix, on the bound stem where that suffix begins with a vowel.

        Args:
            suffix: a template as `turkish_phonology.attach` takes it; an empty one gives the
                citation form.
        """
        if not suffix:
            return self.citation
        # The vowel that `burun` loses in `burn` still rules harmony, hence the citation form.
        vowel = phonology.harmony_vowel(self.citation, self.palatal)
        ending = phonology.realise(suffix, vowel, self.bound[-1])
        if ending[0] in phonology.VOWELS:
            return self.bound + ending
        return self.citation + phonology.realise(suffix, vowel, self.citation[-1])

    def inferred_from(self, form):
        """Returns the noun that a reader infers who knows the rules but sees only this form.

        `kanatlar` does not show that the bound stem is `kanad`, `kanadım` does; the citation form
        does not show that a noun is palatal; compounds look like possessed nouns.
        """
        if self.bare is not None:
            return dataclasses.replace(Lemma.from_spelling(self.bare), invented=self.invented)
        after = form[len(self.bound) :]
        shown = form.startswith(self.bound) and after != "" and after[0] in phonology.VOWELS
        return Lemma(
            self.citation,
            self.bound if shown else phonology.regular_bound_stem(self.citation),
            palatal=self.palatal and form != self.citation,
            invented=self.invented,
        )
