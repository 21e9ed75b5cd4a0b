"""Batches of labelled and unlabelled examples together."""

import functools

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.training.batch_plan import longest
from keras_vae_collapse.training.pipeline import gather, numbered_batches


def mixed_dataset(arrays, plan, further, further_plan, start_step=0):
    """The endless stream of training batches of examples and of sequences without a condition.

    The examples of batch number `i` are those of `training_dataset`. To them come as many
    sequences as `further_plan` has in a batch, which are source and target in one, evenly
    distributed among the rows, so that the replicas of a strategy get of both. Batches of long
    examples get long sequences.

    Args:
        arrays: labelled examples, of `Task.encode`, with a condition.
        plan: a `BatchPlan` for them.
        further: unlabelled sequences, of `Task.unlabelled`.
        further_plan: a `BatchPlan` for them, with as many steps in an epoch as `plan`.
        start_step: number of batches to skip, at least 0.

    Returns:
        A `tf.data.Dataset` of dictionaries as `SequenceVAE` takes them, with `"labelled"`.

    Raises:
        ValueError: the plans differ in steps, or there is no condition.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.mixed_batches import mixed_dataset

    ids = np.array([[4, 5, 3], [6, 3, 0]], "int32")
    arrays = {"source": ids, "target": ids, "condition": np.ones((2, 1), "float32")}
    further = {"source": ids, "target": ids}
    plans = [BatchPlan.of(part, batch_size=1) for part in (arrays, further)]
    (batch,) = mixed_dataset(arrays, plans[0], further, plans[1]).take(1)
    assert batch["labelled"].numpy().tolist() == [1.0, 0.0]
    ```
    """
    if further_plan.steps_per_epoch != plan.steps_per_epoch:
        raise ValueError(
            f"`further_plan` must have {plan.steps_per_epoch} steps in an epoch. "
            f"Received: {further_plan.steps_per_epoch}"
        )
    if "condition" not in arrays:
        raise ValueError("`arrays` must have a condition, of which `further` has none")
    counts = plan.batch_size, further_plan.batch_size
    order = even_order(*counts)
    labelled = np.repeat(np.float32([1.0, 0.0]), counts)[order]
    lengths = longest(arrays), longest(further)

    @functools.lru_cache(maxsize=1)
    def pairs(epoch):
        batches = plan.batches(epoch)
        others = alike(batches, further_plan.batches(epoch), *lengths)
        return list(zip(batches, others, strict=True))

    def batch(step):
        epoch, number = divmod(step, plan.steps_per_epoch)
        rows, other_rows = pairs(epoch)[number]
        joined = _joined(gather(arrays, rows), gather(further, other_rows), order)
        return {**joined, "labelled": labelled}

    return numbered_batches(batch, _signature(arrays, sum(counts)), start_step)


def even_order(count, other_count):
    """The order in which so many rows, and so many more, lie evenly mixed, as row numbers."""
    places = [(np.arange(n) + 0.5) / n for n in (count, other_count)]
    return np.argsort(np.concatenate(places), kind="stable")


def alike(batches, others, lengths, other_lengths):
    """`others` in such an order that long batches come with long ones."""
    by_length = np.argsort([lengths[rows].max() for rows in batches], kind="stable")
    others_by_length = np.argsort([other_lengths[rows].max() for rows in others], kind="stable")
    paired = [others[0]] * len(others)
    for place, other in zip(by_length, others_by_length, strict=True):
        paired[place] = others[other]
    return paired


def _joined(batch, further, order):
    condition = batch["condition"]
    none = np.zeros((len(further["target"]), condition.shape[1]), condition.dtype)
    joined = {"condition": np.concatenate([condition, none])[order]}
    for name in ("source", "target"):
        joined[name] = _stacked(batch[name], further[name])[order]
    return joined


def _stacked(ids, other_ids):
    """Two arrays of padded sequences, one below the other."""
    width = max(ids.shape[1], other_ids.shape[1])
    parts = [
        np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=PAD)
        for part in (ids, other_ids)
    ]
    return np.concatenate(parts)


def _signature(arrays, batch_size):
    specs = {
        name: tf.TensorSpec(
            (batch_size, values.shape[1] if name == "condition" else None), values.dtype
        )
        for name, values in arrays.items()
    }
    return {**specs, "labelled": tf.TensorSpec((batch_size,), tf.float32)}
