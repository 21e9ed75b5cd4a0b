"""Parts of a list of examples that share no word, for cross-validation."""

import collections
import random
import typing

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.reinflection.paradigms import connected


class Folds(typing.NamedTuple):
    """Which rows are held out together: `rows`, a list of rows for each fold, and `dropped`."""

    rows: list
    dropped: list


def word_folds(examples, folds: int = 5, seed: int = 0) -> Folds:
    """Divides examples into folds such that no word of one stands in another.

    Words that stand in a pair together, be it through others, form a group, and a group is never
    divided. Groups go in random order to the fold that is smallest so far. One that has more rows
    than a fold's share is cut first: its words are put in the order of a depth-first walk along
    the pairs and cut into parts of equal size, of half a share at most, and the pairs that join
    two parts are dropped.

    Args:
        examples: examples with targets.
        folds: how many, from 2 to the number of groups.
        seed: of the order, a non-negative integer.

    Returns:
        A `Folds`: lists of row numbers, each row in one fold or among those dropped.

    Raises:
        ValueError: `folds` or `seed` is out of range.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example
    from keras_vae_collapse.tasks.reinflection.folds import word_folds

    examples = [Example(a, "pos=N", b) for a, b in (("a", "b"), ("b", "c"), ("x", "y"))]
    found = word_folds(examples, folds=2)
    assert sorted(found.rows) == [[0, 1], [2]] and not found.dropped
    ```
    """
    check_integer("folds", folds, low=2)
    check_integer("seed", seed, low=0)
    component = connected((e.source, e.target) for e in examples)
    groups = collections.defaultdict(list)
    for row, example in enumerate(examples):
        groups[component[example.source]].append(row)
    share = max(2, len(examples) // folds)
    whole, dropped = [], []
    for rows in groups.values():
        parts, bridges = _cut(examples, rows, share // 2) if len(rows) > share else ([rows], [])
        whole += parts
        dropped += bridges
    if len(whole) < folds:
        raise ValueError(
            f"`folds` must be at most {len(whole)}, the number of groups of words that no pair "
            f"joins. Received: folds={folds}"
        )
    random.Random(seed).shuffle(whole)
    chosen: list[list[int]] = [[] for _ in range(folds)]
    for rows in whole:
        min(chosen, key=len).extend(rows)
    return Folds([sorted(rows) for rows in chosen], sorted(dropped))


def _cut(examples, rows, largest):
    """The rows of a group in parts that share no word, and those that join two parts."""
    words = list(dict.fromkeys(word for row in rows for word in examples[row].words))
    number = {word: i for i, word in enumerate(words)}
    ends = [tuple(number[word] for word in examples[row].words) for row in rows]
    count = min(-(-len(rows) // largest), len(words) // 2)
    if count < 2:
        return [rows], []
    part = {word: i * count // len(words) for i, word in enumerate(_walk(ends, len(words)))}
    parts, bridges = collections.defaultdict(list), []
    for row, (source, target) in zip(rows, ends, strict=True):
        inside = part[source] == part[target]
        (parts[part[source]] if inside else bridges).append(row)
    return list(parts.values()), bridges


def _walk(ends, words):
    """The numbers of connected words, in the order of a depth-first walk along pairs."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import depth_first_order

    graph = coo_array((np.ones(len(ends)), np.array(ends).T), shape=(words, words)).tocsr()
    return depth_first_order(graph, 0, directed=False, return_predecessors=False)
