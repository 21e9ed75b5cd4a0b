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
    """For every form of some pairs one that stands for all forms connected with it.

    Args:
        pairs: an iterable of pairs of forms.

    Returns:
        A dictionary from form to form, in order of first appearance.
    """
    parent = {}

    def root(form):
        parent.setdefault(form, form)
        while parent[form] != form:
            parent[form] = parent[parent[form]]
            form = parent[form]
        return form

    for one, other in pairs:
        parent[root(one)] = root(other)
    return {form: root(form) for form in parent}


def paradigms(examples):
    """The paradigms that examples imply.

    A source and its target belong to one paradigm, and so does whatever shares a form with them.

    Args:
        examples: training examples; `source_features` are used where given (task 2).

    Returns:
        A list of `Paradigm`, in order of first appearance.
    """
    stands_for = connected((example.source, example.target) for example in examples)
    forms = collections.defaultdict(dict)
    labelled = collections.defaultdict(dict)
    for example in examples:
        paradigm = stands_for[example.source]
        forms[paradigm].update({example.source: None, example.target: None})
        labelled[paradigm][example.target, example.features] = None
        if example.source_features:
            labelled[paradigm][example.source, example.source_features] = None
    return [Paradigm(list(forms[key]), list(labelled[key])) for key in forms]
