"""More sources for the targets there are, made by a trained model."""

import collections
import random

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.paradigms import paradigms


def back_translation(examples, inflect, labels=5, voters=3, seed=0):
    """Pairs of a synthetic source and a target of the examples, by back-translation.

    ```
    s = inflect(w, g)       for a form w of a paradigm and features g that it has no form for
    (s, f, t)               for every labelled form (t, f) of that paradigm
    ```

    A trained model inflects the known forms of each paradigm for features that words of its
    kind have, and what it makes becomes a source for the forms that are known (after
    Sennrich et al. 2016, arXiv:1511.06709). Targets are never synthetic. So a model learns which
    words the language has: that of `kaşa` the plural is `kaşlar` and not `kaşalar` follows from
    no rule, only from `kaş` having been seen.

    A synthetic form counts only if more than half of those made of several forms of the paradigm
    are that form. The features asked for are drawn from those that occur together with the
    paradigm's own in any paradigm, by their frequency.

    Args:
        examples: training examples.
        inflect: `inflect(sources, features) -> forms`, lists of strings of equal lengths;
            called once.
        labels: features drawn for each form of a paradigm, at least 1; those drawn twice count
            once. The pairs that are made of a paradigm then are, as those that are given (see
            `paradigm_pairs`), as many as its forms times its labelled forms.
        voters: most forms of a paradigm that are inflected for each of them, at least 2.
        seed: a non-negative integer.

    Returns:
        A list of `Example`, each triple once, none of the examples given, in a fixed order.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example, back_translation

    examples = [
        Example("evler", "case=ABL", "evden"),
        Example("gözler", "case=ABL", "gözden"),
        Example("gözden", "case=DAT", "göze"),
    ]
    dative = {"evler": "eve", "evden": "eve"}
    pairs = back_translation(examples, lambda words, _: [dative.get(w, "") for w in words])
    assert pairs == [Example("eve", "case=ABL", "evden")]
    ```
    """
    check_integer("labels", labels, low=1)
    check_integer("voters", voters, low=2)
    check_integer("seed", seed, low=0)
    rng = random.Random(seed)
    words = paradigms(examples)
    queries = []  # (number of the paradigm, features, form)
    for number, wanted in enumerate(_wanted(words, labels, rng)):
        forms = words[number].forms
        for features in wanted:
            chosen = forms if len(forms) <= voters else rng.sample(forms, voters)
            queries += [(number, features, form) for form in chosen]
    votes = collections.defaultdict(collections.Counter)
    answers = inflect([form for *_, form in queries], [features for _, features, _ in queries])
    for (number, features, _), form in zip(queries, answers, strict=True):
        votes[number, features][form] += 1
    made = {}
    for (number, _), counts in votes.items():
        (source, count), total = counts.most_common(1)[0], counts.total()
        if source and total > 1 and 2 * count > total:
            for target, features in words[number].labelled:
                made[source, features, target] = Example(source, features, target)
    given = {(e.source, e.features, e.target) for e in examples}
    return [example for triple, example in made.items() if triple not in given]


def _wanted(words, labels, rng):
    """For each paradigm the features to ask for."""
    frequency = collections.Counter(features for word in words for _, features in word.labelled)
    together = collections.defaultdict(dict)
    for word in words:
        own = dict.fromkeys(features for _, features in word.labelled)
        for features in own:
            together[features].update(own)
    for word in words:
        own = dict.fromkeys(features for _, features in word.labelled)
        near = dict.fromkeys(features for key in own for features in together[key])
        others = [features for features in near if features not in own]
        weights = [frequency[features] for features in others]
        drawn = rng.choices(others, weights, k=labels * len(word.forms)) if others else []
        yield list(dict.fromkeys(drawn))
