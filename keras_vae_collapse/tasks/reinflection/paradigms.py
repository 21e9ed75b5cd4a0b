"""Which forms of a list of examples belong to one word."""

import collections
import typing


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

    A source and its target belong to one paradigm, and so does whatever shares a form with them.

    Args:
        examples: training examples; `source_features` are used where given (task 2).

    Returns:
        A list of `Paradigm`, in order of first appearance.
    """
    component = connected((example.source, example.target) for example in examples)
    forms = collections.defaultdict(dict)
    labelled = collections.defaultdict(dict)
    for example in examples:
        paradigm = component[example.source]
        forms[paradigm].update({example.source: None, example.target: None})
        labelled[paradigm][example.target, example.features] = None
        if example.source_features:
            labelled[paradigm][example.source, example.source_features] = None
    return [Paradigm(list(forms[key]), list(labelled[key])) for key in forms]
