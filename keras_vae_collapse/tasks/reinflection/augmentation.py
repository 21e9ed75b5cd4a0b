"""More training pairs from the pairs there are."""

import os
import random

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.paradigms import paradigms

COPY = ""


def paradigm_pairs(examples):
    """All pairs of a form and a labelled form of the same paradigm that the examples imply.

    Of each paradigm (see `paradigms`) every form becomes a source for every form whose features
    are known, itself included: reversed pairs, chains of pairs, and forms that are to stay as
    they are.

    Args:
        examples: training examples; `source_features` are used where given (task 2).

    Returns:
        A list of examples, those given first, each triple once, in a fixed order.
    """
    triples = {(e.source, e.features, e.target): e for e in examples}
    for paradigm in paradigms(examples):
        for source in paradigm.forms:
            for target, features in paradigm.labelled:
                triples.setdefault((source, features, target), Example(source, features, target))
    return list(triples.values())


def copies(examples):
    """Every form of the examples once, to be reproduced: no target features are active.

    An autoencoder's pairs: what the latent must carry of a form, apart from inflection.
    """
    forms = {form: None for e in examples for form in (e.source, e.target)}
    return [Example(form, COPY, form) for form in forms]


def prefix_swaps(examples, swaps=1, kept=3, seed=0):
    """Pairs whose common beginning is exchanged for the beginning of another word.

    Where source and target begin alike, `s = p + k + a` and `t = p + k + b`, the `p` of one
    word is replaced by the beginning `w` of another: `(w + k + a, w + k + b)`. The `kept`
    characters `k` before the endings stay, since vowel harmony and stem changes depend on
    them. The stems so made never occurred: the latent learns to carry any string of the
    language, not the training words (in the manner of Anastasopoulos & Neubig 2019,
    arXiv:1908.05838, who replace stems by random characters).

    Args:
        examples: training examples.
        swaps: new pairs for each example that has a common beginning long enough.
        kept: characters of the common beginning that stay, at least 1.
        seed: a non-negative integer.
    """
    check_integer("swaps", swaps, low=1)
    check_integer("kept", kept, low=1)
    check_integer("seed", seed, low=0)
    rng = random.Random(seed)
    words = [e.source for e in examples] + [e.target for e in examples]
    letters = {pair for word in words for pair in zip(word, word[1:], strict=False)}
    made = []
    for e in examples:
        shared = len(os.path.commonprefix([e.source, e.target])) - kept
        for _ in range(swaps if shared > 0 else 0):
            cut = rng.randint(1, shared)
            beginning = _beginning(words, e.source[cut], letters, rng)
            if beginning is not None:
                made.append(
                    Example(beginning + e.source[cut:], e.features, beginning + e.target[cut:])
                )
    return made


def _beginning(words, following, letters, rng):
    """The first letters of a random word, such that the letter that follows has followed."""
    for _ in range(10):
        word = rng.choice(words)
        beginning = word[: rng.randint(1, max(1, len(word) // 2))]
        if (beginning[-1], following) in letters:
            return beginning
    return None


# By the names that a recipe gives them: `{"class": "PrefixSwaps", "swaps": 1}`.
AUGMENTATIONS = {
    "ParadigmPairs": paradigm_pairs,
    "Copies": copies,
    "PrefixSwaps": prefix_swaps,
}


def augment(examples, parts):
    """The examples with the pairs of each augmentation of the examples added.

    Args:
        examples: training examples.
        parts: `None`, or a part or a list of parts: `{"class": name, option: value}`, with the
            name `ParadigmPairs`, `Copies` or `PrefixSwaps` and the function's options.

    Raises:
        RecipeError: there is no such augmentation or option.
    """
    triples = {(e.source, e.features, e.target): e for e in examples}
    for part in [parts] if isinstance(parts, dict) else parts or []:
        options = dict(part)
        name = options.pop("class", None)
        if name not in AUGMENTATIONS:
            raise RecipeError(
                f"`augmentation` must be made of {', '.join(AUGMENTATIONS)}. "
                f"Received: {name!r}.{did_you_mean(name, AUGMENTATIONS)}"
            )
        try:
            made = AUGMENTATIONS[name](examples, **options)
        except TypeError as error:
            raise RecipeError(f"`augmentation`: {error}") from error
        for e in made:
            triples.setdefault((e.source, e.features, e.target), e)
    return list(triples.values())
