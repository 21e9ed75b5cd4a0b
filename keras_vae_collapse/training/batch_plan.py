"""Which examples make up which batch."""

import dataclasses

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.special_ids import PAD


@dataclasses.dataclass(frozen=True, eq=False)
class BatchPlan:
    """Which examples make up batch number `i` of a training, for any `i`.

    Each epoch is a permutation drawn from (seed, epoch). What does not fill a batch is left
    out of that epoch, before sorting, so nothing is left out for its length. With `steps`, an
    epoch has that many batches whatever the number of examples: as much of a permutation as that
    takes, or several, one after the other. Within windows of `window` batches the examples are
    sorted by length, examples of one length staying in random order, and cut into batches, whose
    order is drawn again: batches carry little padding and training sees all lengths at any time.

    Args:
        lengths: length of every example, ids.
        batch_size: examples in a batch, at least 1.
        seed: a non-negative integer.
        window: batches sorted together, at least 1.
        steps: batches in an epoch; 0 for as many as the examples fill once.

    Raises:
        ValueError: there are fewer examples than make up a batch, or a bad argument.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.training.batch_plan import BatchPlan

    plan = BatchPlan(lengths=[3, 9, 4, 8, 3], batch_size=2, seed=0)
    assert plan.steps_per_epoch == 2
    for rows in plan.batches(epoch=0):
        print(rows)
    ```
    """

    lengths: np.ndarray
    batch_size: int
    seed: int = 0
    window: int = 50
    steps: int = 0

    def __post_init__(self):
        object.__setattr__(self, "lengths", np.asarray(self.lengths))
        check_integer("batch_size", self.batch_size, low=1)
        check_integer("seed", self.seed, low=0)
        check_integer("window", self.window, low=1)
        check_integer("steps", self.steps, low=0)
        if len(self.lengths) < self.batch_size:
            raise ValueError(
                f"`batch_size` must be at most the number of examples, {len(self.lengths)}. "
                f"Received: batch_size={self.batch_size}"
            )

    @classmethod
    def of(cls, arrays, batch_size, seed=0, window=50, steps=0):
        """The plan for arrays of `Task.encode`, by the longer of source and target."""
        return cls(longest(arrays), batch_size, seed, window, steps)

    @property
    def steps_per_epoch(self):
        """Number of batches in an epoch."""
        return self.steps or len(self.lengths) // self.batch_size

    def batches(self, epoch):
        """The batches of an epoch: a list of arrays of row numbers."""
        rng = np.random.default_rng([self.seed, epoch])
        wanted = self.steps_per_epoch * self.batch_size
        rounds = -(-wanted // len(self.lengths))
        permutations = [rng.permutation(len(self.lengths)) for _ in range(rounds)]
        rows = (permutations[0] if rounds == 1 else np.concatenate(permutations))[:wanted]
        size = self.window * self.batch_size
        for start in range(0, len(rows), size):
            window = rows[start : start + size]
            rows[start : start + size] = window[np.argsort(self.lengths[window], kind="stable")]
        batches = rows.reshape(-1, self.batch_size)
        return [batches[i] for i in rng.permutation(len(batches))]


def longest(arrays):
    """Of every example, the number of ids of its longer sequence."""
    sequences = [values for name, values in arrays.items() if name != "condition"]
    return np.max([row_lengths(ids) for ids in sequences], axis=0)


def row_lengths(ids):
    """The number of ids of every row; rows that are on the disk know theirs (`lengths`)."""
    return ids.lengths if hasattr(ids, "lengths") else (ids != PAD).sum(axis=1)
