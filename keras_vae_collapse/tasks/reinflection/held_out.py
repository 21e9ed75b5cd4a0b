"""Development examples where there is no file of them."""

import collections
import random

from keras_vae_collapse.tasks.reinflection.paradigms import connected

_SHARE, _MOST = 0.1, 1000


def hold_out(examples):
    """Takes a tenth of the examples, at most 1,000, for development, by words.

    Examples that share a form, be it through others, stay on one side, so that training sees no
    form of a word that is held out. Where all hang together, single examples are taken. The
    choice is random and always the same.

    Args:
        examples: a list of `Example`, two at least.

    Returns:
        `(train, dev)`, in the order given, neither of them empty.

    Raises:
        ValueError: there is one example only.
    """
    if len(examples) < 2:
        raise ValueError("one example cannot be training and development set")
    component = connected((e.source, e.target) for e in examples)
    words = collections.defaultdict(list)
    for row, e in enumerate(examples):
        words[component[e.source]].append(row)
    groups = list(words.values()) if len(words) > 1 else [[row] for row in range(len(examples))]
    random.Random(0).shuffle(groups)
    wanted, held_out = max(1, min(_MOST, round(_SHARE * len(examples)))), set()
    for group in groups:
        if len(held_out) + len(group) <= wanted:
            held_out.update(group)
    held_out = held_out or set(min(groups, key=len))
    parts = ([], [])
    for row, e in enumerate(examples):
        parts[row in held_out].append(e)
    return parts
