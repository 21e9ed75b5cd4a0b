"""Development examples where there is no file of them."""

import collections
import random

from keras_vae_collapse.tasks.reinflection.paradigms import connected

# Figures of a latent compare examples with one another: one alone has none.
_SHARE, _LEAST, _MOST = 0.1, 2, 1000


def hold_out(examples):
    """Takes a tenth of the examples, from two to 1,000, for development, by words.

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
    single = [[row] for row in range(len(examples))]
    held_out = _chosen(list(words.values()) if len(words) > 1 else single)
    if len(held_out) < _LEAST < len(examples):
        held_out = _chosen(single)
    parts = ([], [])
    for row, e in enumerate(examples):
        parts[row in held_out].append(e)
    return parts


def _chosen(groups):
    """Rows of whole groups, a tenth of all, or of the smallest group where each is larger."""
    random.Random(0).shuffle(groups)
    rows = sum(map(len, groups))
    wanted, held_out = max(_LEAST, min(_MOST, round(_SHARE * rows))), set()
    for group in groups:
        if len(held_out) + len(group) <= min(wanted, rows - 1):
            held_out.update(group)
    return held_out or set(min(groups, key=len))
