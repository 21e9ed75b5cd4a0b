"""Development examples that choose nothing, for figures that are reported."""

import math

import numpy as np

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.tasks.task import Task


def hold_out(task: Task, share: float) -> tuple[Task, list]:
    """Sets a share of a task's development examples apart from all that training chooses by.

    The best epoch, the best round and the end of training are chosen on the others; a figure of
    the best of many epochs on the same examples is too good. Which ones depends on their number
    alone, not on the seed of a run, so that all runs report on the same ones.

    Args:
        task: a `Task`.
        share: of the development examples, 0 or more and less than 1, rounded to whole ones.

    Returns:
        `(task, held_out)`: the task with what is left of its development examples, and the list
        of the others, in their order; the task itself and `[]` for 0.

    Raises:
        RunError: the share lies outside its range, or fewer than two are left on a side.

    Example:

    ```python
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training.held_out import hold_out

    task = ReinflectionTask("demo")
    choosing, held_out = hold_out(task, 0.5)
    assert len(choosing.dev_examples) + len(held_out) == len(task.dev_examples)
    ```
    """
    if not (math.isfinite(share) and 0 <= share < 1):
        raise RunError(f"--held_out must be at least 0 and less than 1. Received: {share!r}")
    if not share:
        return task, []
    kept, apart = parted(task.dev_examples, share)
    return task.with_dev_examples(kept), apart


def parted(examples: list, share: float) -> tuple[list, list]:
    """Development examples as `(those that choose, those held out)`; see `hold_out`.

    Raises:
        RunError: fewer than two are left on a side.
    """
    if not share:
        return examples, []
    count = round(share * len(examples))
    if min(count, len(examples) - count) < 2:
        raise RunError(
            f"--held_out={share:g} of {len(examples)} development examples leaves {count} to "
            f"report on and {len(examples) - count} to choose by: each needs at least two"
        )
    held = np.zeros(len(examples), bool)
    held[np.random.default_rng(0).permutation(len(examples))[:count]] = True
    kept, apart = ([examples[i] for i in np.flatnonzero(part)] for part in (~held, held))
    return kept, apart
