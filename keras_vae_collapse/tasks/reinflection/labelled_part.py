"""A part of the labelled examples, as if there were no others."""

import random

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.data_errors import DataError


def labelled_part(examples, count):
    """So many examples, drawn at random but always the same, in their order.

    A larger part of the same examples contains a smaller one.

    Args:
        examples: a list.
        count: how many; 0 for all.

    Raises:
        DataError: there are fewer.
        ValueError: `count` is negative or no integer.
    """
    check_integer("labelled", count, low=0)
    if count > len(examples):
        raise DataError(f"labelled={count:,}: there are {len(examples):,} labelled examples")
    if not count:
        return examples
    rows = list(range(len(examples)))
    random.Random(0).shuffle(rows)
    return [examples[row] for row in sorted(rows[:count])]
