"""The embedded corpus: sentences of a small grammar, made by rule of known factors.

A sentence has five factors that are independent of one another: who (30), how many (2), what they
do (20), when (3) and where (24), 86,400 sentences in all.

```
sentence = time  subject        verb                 place
           "yesterday" the farmers worked            "in the garden" .
           "now"       the farmer  works             "in the garden" .
           "tomorrow"  the farmers will work         "in the garden" .
```

The time agrees with the tense of the verb, and the number of the subject with the form of the verb
in the present, so a decoder that sees the history knows some tokens from others far before. What is
left to know are the five factors: about ln 86,400 = 11.4 nats a sentence.
"""

import functools
import itertools
import random
import typing

from keras_vae_collapse.tasks.text.corpus import Sentence

SUBJECTS = tuple(
    "farmer teacher doctor painter sailor baker singer soldier student driver hunter writer dancer "
    "lawyer nurse king queen girl boy dog cat horse bird bear wolf rabbit robot ghost wizard tiger"
    .split()
)  # fmt: skip
NUMBERS = ("singular", "plural")
# Present of the plural, present of the singular, past.
VERBS = (
    ("work", "works", "worked"),
    ("sleep", "sleeps", "slept"),
    ("sing", "sings", "sang"),
    ("run", "runs", "ran"),
    ("wait", "waits", "waited"),
    ("eat", "eats", "ate"),
    ("dance", "dances", "danced"),
    ("hide", "hides", "hid"),
    ("play", "plays", "played"),
    ("dream", "dreams", "dreamt"),
    ("laugh", "laughs", "laughed"),
    ("swim", "swims", "swam"),
    ("rest", "rests", "rested"),
    ("sit", "sits", "sat"),
    ("jump", "jumps", "jumped"),
    ("stand", "stands", "stood"),
    ("walk", "walks", "walked"),
    ("fight", "fights", "fought"),
    ("cry", "cries", "cried"),
    ("speak", "speaks", "spoke"),
)
TENSES = {"past": "yesterday", "present": "now", "future": "tomorrow"}
PLACES = (
    "in the garden", "in the forest", "in the kitchen", "in the city", "in the mountains",
    "in the tower", "at the river", "at the station", "at the market", "at the harbour",
    "at the window", "at the gate", "on the roof", "on the bridge", "on the island", "on the beach",
    "on the ship", "on the road", "behind the house", "behind the school", "behind the church",
    "under the tree", "under the stairs", "near the lake",
)  # fmt: skip

TRAIN_SENTENCES, DEV_SENTENCES = 8000, 500


class Factors(typing.NamedTuple):
    """What a sentence of the grammar says: one value of each factor."""

    subject: str
    number: str
    verb: str
    tense: str
    place: str


def sentence_of(factors: Factors) -> str:
    """The sentence of some factors, by the rule of the grammar.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.demo_grammar import Factors, sentence_of

    factors = Factors("boy", "plural", "sing", "future", "at the gate")
    assert sentence_of(factors) == "tomorrow the boys will sing at the gate ."
    ```
    """
    subject, number, verb, tense, place = factors
    noun = _plural(subject) if number == "plural" else subject
    plural, singular, past = _FORMS[verb]
    present = plural if number == "plural" else singular
    predicate = {"past": past, "present": present, "future": f"will {plural}"}[tense]
    return f"{TENSES[tense]} the {noun} {predicate} {place} ."


def factors_of(text: str) -> Factors | None:
    """The factors of a sentence of the grammar, `None` of any other text."""
    return _factors_by_sentence().get(text)


def demo_sentences(
    train: int = TRAIN_SENTENCES, dev: int = DEV_SENTENCES, seed: int = 0
) -> dict[str, list[Sentence]]:
    """Sentences drawn at random from the grammar, no sentence twice.

    Args:
        train: number of training sentences.
        dev: number of development sentences, none of which is in training.
        seed: of the draw; the same seed gives the same sentences on every machine.

    Returns:
        `{"train": [...], "dev": [...]}`, lists of `Sentence`.

    Raises:
        ValueError: the grammar has not so many sentences.

    Example:

    ```python
    from keras_vae_collapse.tasks.text import demo_sentences

    demo = demo_sentences(train=3, dev=2)
    assert len(demo["train"]) == 3 and demo == demo_sentences(train=3, dev=2)
    ```
    """
    texts = list(_factors_by_sentence())
    if not 0 <= train + dev <= len(texts):
        raise ValueError(
            f"the grammar has {len(texts)} sentences. Received: train={train}, dev={dev}"
        )
    drawn = [Sentence(text) for text in random.Random(seed).sample(texts, train + dev)]
    return {"train": drawn[:train], "dev": drawn[train:]}


@functools.cache
def _factors_by_sentence():
    verbs = [plural for plural, *_ in VERBS]
    combinations = itertools.product(SUBJECTS, NUMBERS, verbs, TENSES, PLACES)
    return {sentence_of(factors): factors for factors in itertools.starmap(Factors, combinations)}


def _plural(noun):
    return "wolves" if noun == "wolf" else f"{noun}s"


_FORMS = {forms[0]: forms for forms in VERBS}
