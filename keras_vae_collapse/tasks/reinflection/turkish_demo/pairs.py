"""The parts of the embedded data set: nouns split in two, and pairs of their forms."""

import collections
import random

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import LEXICON
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import inflect
from keras_vae_collapse.tasks.reinflection.turkish_demo.stems import StemInventor


def demo_lemmas(seed=0, dev_share=0.15, invented_stems=12_000):
    """Returns the nouns of both parts, `{"train": [Lemma, ...], "dev": [Lemma, ...]}`.

    Args:
        seed: a non-negative integer; the same seed gives the same nouns on every machine.
        dev_share: share of the real nouns that go to the development part, in (0, 1).
        invented_stems: number of invented nouns added to training, 0 for none. They are made from
            the sound patterns of the training nouns alone, and have `invented=True`. The
            development part has real nouns only.
    """
    seed = check_integer("seed", seed, 0)
    check_number("dev_share", dev_share, 0.0, 1.0, open_low=True, open_high=True)
    invented_stems = check_integer("invented_stems", invented_stems, 0)
    lemmas = list(LEXICON.values())
    random.Random(f"lemmas {seed}").shuffle(lemmas)
    counts = collections.Counter(letter for lemma in lemmas for letter in set(lemma.citation))
    # A letter that hardly any noun has (û) must be seen in training, so these come last.
    lemmas.sort(key=lambda lemma: min(counts[letter] for letter in lemma.citation) < 10)
    cut = min(max(round(dev_share * len(lemmas)), 1), len(lemmas) - 1)
    dev, train = lemmas[:cut], lemmas[cut:]
    if invented_stems:
        rng = random.Random(f"stems {seed}")
        inventor = StemInventor(train, rng)
        train = train + inventor.invent(invented_stems, {lemma.citation for lemma in dev})
        rng.shuffle(train)
    return {"train": train, "dev": dev}


def draw_pairs(
    seed, train_pairs, dev_pairs, dev_share, invented_stems, features, hidden_properties
):
    """Returns `{"train": rows, "dev": rows}`; the arguments are those of `demo_examples`.

    A row is (citation form, source features, source, target features, target).
    """
    features = tuple(dict.fromkeys(features))
    if len(features) < 2:
        raise ValueError(f"`features` must hold two strings at least. Received: {features!r}")
    sizes = {
        "train": check_integer("train_pairs", train_pairs, 1),
        "dev": check_integer("dev_pairs", dev_pairs, 1),
    }
    lemmas = demo_lemmas(seed, dev_share, invented_stems)
    # Two nouns can share a form by accident; training must not contain those of dev.
    held_out = {inflect(lemma, cell) for lemma in lemmas["dev"] for cell in features}
    held_out.update(lemma.citation for lemma in lemmas["dev"])
    train = [lemma for lemma in lemmas["train"] if lemma.citation not in held_out]
    return {
        "train": _sample(
            train, features, sizes["train"], f"train {seed}", held_out, hidden_properties
        ),
        "dev": _sample(
            lemmas["dev"], features, sizes["dev"], f"dev {seed}", frozenset(), hidden_properties
        ),
    }


def _sample(lemmas, features, size, seed, held_out, hidden_properties):
    """Draws `size` rows, equally many a noun up to one, none with a form in `held_out`."""
    rng = random.Random(seed)
    cells = len(features)
    quota = -(-size // len(lemmas))
    candidates = range(cells * (cells - 1))
    # Some candidates more than needed, in place of those that are passed over.
    tries = min(quota + 20, len(candidates))
    rounds = [[] for _ in range(quota)]
    for lemma in lemmas:
        remaining = iter(rounds)
        rows = next(remaining)
        for number in rng.sample(candidates, tries):
            source, target = divmod(number, cells - 1)
            target += target >= source  # passes over the source's own cell
            forms = inflect(lemma, features[source]), inflect(lemma, features[target])
            if not held_out.isdisjoint(forms):
                continue
            if not hidden_properties:
                inferred = lemma.inferred_from(forms[0])
                if inferred != lemma and inflect(inferred, features[target]) != forms[1]:
                    continue
            rows.append((lemma.citation, features[source], forms[0], features[target], forms[1]))
            rows = next(remaining, None)
            if rows is None:
                break
    drawn = [row for rows in rounds for row in rows][:size]
    if len(drawn) < size:
        raise ValueError(
            f"{len(lemmas)} nouns with {cells} forms each do not yield {size} pairs: "
            "ask for fewer pairs or more nouns"
        )
    rng.shuffle(drawn)
    return drawn
