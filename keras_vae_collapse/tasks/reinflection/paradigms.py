"""Which forms of a list of examples belong to one word."""

import collections
import typing

from keras_vae_collapse.tasks.reinflection.features import part_of_speech

# Parts of speech of UniMorph (Sylak-Glassman 2016, table 21).
_TAGS = frozenset("N PROPN ADJ PRO CLF ART DET V ADV AUX ADP COMP CONJ NUM PART INTJ".split(" "))


class Paradigm(typing.NamedTuple):
    """Forms that the examples connect: `forms`, and `labelled`, those whose features are known.

    `labelled` are pairs `(form, features)`. Both are lists in order of first appearance.
    """

    forms: list
    labelled: list


def connected(pairs):
    """The connected component of every form, forms being joined by pairs.

    Args:
        pairs: an iterable of pairs of forms.

    Returns:
        A dictionary from form to a representative of its component, in order of first appearance.
    """
    from scipy.cluster.hierarchy import DisjointSet  # takes a part of a second

    components = DisjointSet()
    for pair in pairs:
        for form in pair:
            components.add(form)
        components.merge(*pair)
    return {form: components[form] for form in components}


def paradigms(examples):
    """The paradigms that examples imply.

    A source and its target belong to one paradigm, and so does whatever shares a form and the
    part of speech with them: that a noun has a form that is also a verb's does not make it one.

    Args:
        examples: training examples; `source_features` are used where given (task 2).

    Returns:
        A list of `Paradigm`, in order of first appearance.
    """
    kinds = [_parts_of_speech(example) for example in examples]
    component = connected(
        ((e.source, own), (e.target, other))
        for e, (own, other) in zip(examples, kinds, strict=True)
    )
    forms = collections.defaultdict(dict)
    labelled = collections.defaultdict(dict)
    for example, (kind, _) in zip(examples, kinds, strict=True):
        paradigm = component[example.source, kind]
        forms[paradigm].update({example.source: None, example.target: None})
        labelled[paradigm][example.target, example.features] = None
        if example.source_features:
            labelled[paradigm][example.source, example.source_features] = None
    return [Paradigm(list(forms[key]), list(labelled[key])) for key in forms]


def _parts_of_speech(example):
    """Those of source and target: the value of `pos`, or the tag of UniMorph, or nothing."""
    target = _part_of_speech(example.features)
    return _part_of_speech(example.source_features) if example.source_features else target, target


def _part_of_speech(features):
    if "=" in features:
        return part_of_speech(features, unknown="")
    tags = (tag.partition(".")[0] for tag in features.split(";"))  # a participle is V.PTCP
    return next((tag for tag in tags if tag in _TAGS), "")
