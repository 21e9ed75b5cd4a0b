"""The word list: real Turkish nouns, with what spelling cannot tell.

`lemma.Lemma.parse` describes the notation. The properties are those that dictionaries
print beside the headword (`burun, -rnu`; `saat, -ti`; `hak, -kkı`). Nouns with such a property are
listed by its kind in `exceptional_nouns.txt`; all others are in `regular_nouns.txt`.

Agreement with the SIGMORPHON 2016 task 1 files for Turkish (`train` and `dev`, every row of a
listed noun, whatever its features): 8,643 of 8,671 forms of 1,472 nouns, 99.68%. The other 28 are
slips of the files (`süsden`, `keserlarıma`) but for those of `hüzün` (no vowel loss there),
`otostop` (softened there) and `koyun` ("bosom" and "sheep" in one there). Nouns of the files are
not listed when they are long or technical terms, vulgar, or misspelled; of their 2,933 rows
spelling alone predicts 94.5%, the rest being mostly exceptional nouns and the rows whose citation
form is written with a macron.
"""

from importlib import resources

from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma


def entries(name):
    """The entries of a file of this folder; lines that begin with # are comments."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [entry for line in lines for entry in line.split()]


EXCEPTIONAL, REGULAR = entries("exceptional_nouns.txt"), entries("regular_nouns.txt")
# From citation form to lemma.
LEXICON = {lemma.citation: lemma for lemma in map(Lemma.parse, EXCEPTIONAL + REGULAR)}
