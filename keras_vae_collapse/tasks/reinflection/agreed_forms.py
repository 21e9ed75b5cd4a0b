"""Forms of known words that a trained model makes alike of several forms of a word."""

import collections
import random

from keras_vae_collapse.tasks.reinflection.paradigms import paradigms


def agreed_forms(examples, inflect, labels, voters, seed):
    """New forms of the paradigms of examples, for features that they have no form for.

    The features asked for are drawn from those that occur together with a paradigm's own in any
    paradigm, by their frequency. A form counts only if more than half of those made of several
    forms of the paradigm are that form.

    Args:
        examples: training examples.
        inflect: `inflect(sources, features) -> forms`, lists of strings of equal lengths;
            called once.
        labels: features drawn for each form of a paradigm, at least 1; those drawn twice count
            once.
        voters: most forms of a paradigm that are inflected for each of them, at least 2.
        seed: a non-negative integer.

    Yields:
        `(paradigm, features, form)`.
    """
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
    for (number, features), counts in votes.items():
        (form, count), total = counts.most_common(1)[0], counts.total()
        if form and total > 1 and 2 * count > total:
            yield words[number], features, form


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
