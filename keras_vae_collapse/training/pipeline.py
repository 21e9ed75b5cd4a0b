"""Arrays of examples as `tf.data` batches of like lengths."""

import functools

import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.models.functions import trim


def training_dataset(arrays, plan, start_step=0):
    """The endless stream of training batches, from batch number `start_step` on.

    Batch number `i` is the same whichever step the stream starts at and whichever process
    makes it, so a resumed run sees what it would have seen. Batches are padded to their own
    longest source and target.

    Args:
        arrays: of `Task.encode`; sequences may stay on the disk, if what stands for their array
            has `len`, `shape`, `dtype`, `lengths` of its rows, and gives the rows of `[numbers]`.
        plan: a `BatchPlan` for them.
        start_step: number of batches to skip, at least 0.

    Returns:
        A `tf.data.Dataset` of dictionaries of tensors, `batch_size` rows each.

    Raises:
        ValueError: a bad argument, or a plan for another number of examples.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.pipeline import training_dataset

    ids = np.array([[4, 5, 3, 0], [6, 3, 0, 0]], "int32")
    arrays = {"source": ids, "target": ids}
    dataset = training_dataset(arrays, BatchPlan.of(arrays, batch_size=2))
    for batch in dataset.take(1):
        assert batch["target"].shape == (2, 3)  # without the column that is padding alone
    ```
    """
    check_integer("start_step", start_step, low=0)
    _check_rows(arrays)
    if len(plan.lengths) != len(arrays["source"]):
        raise ValueError(
            f"`plan` must be for {len(arrays['source'])} examples. "
            f"Received: a plan for {len(plan.lengths)}"
        )

    @functools.lru_cache(maxsize=1)
    def batches(epoch):
        return plan.batches(epoch)

    def batch(step):
        epoch, number = divmod(step, plan.steps_per_epoch)
        return gather(arrays, batches(epoch)[number])

    return numbered_batches(batch, _signature(arrays, plan.batch_size), start_step)


def numbered_batches(batch, signature, start_step):
    """The endless stream of `batch(start_step)`, `batch(start_step + 1)`, and so on.

    Not `Dataset.from_generator`: it has the C library give freed memory back at once
    (TensorFlow 2.21, see `process.keep_freed_memory`).

    Args:
        batch: function from an integer to a dictionary of arrays.
        signature: `{name: TensorSpec}` of them.
        start_step: the first number.
    """

    def tensors(step):
        values = tf.numpy_function(
            lambda step: list(map(batch(int(step)).get, signature)),
            [step],
            [spec.dtype for spec in signature.values()],
        )
        found = dict(zip(signature, values, strict=True))
        for name, spec in signature.items():
            found[name].set_shape(spec.shape)
        return found

    dataset = tf.data.Dataset.counter(start_step).map(tensors)
    return dataset.with_options(_options()).prefetch(8)


def _check_rows(arrays):
    counts = {name: len(values) for name, values in arrays.items()}
    if len(set(counts.values())) != 1 or not counts["source"]:
        raise ValueError(f"`arrays` must have equally many rows, at least one. Received: {counts}")


def gather(arrays, rows):
    """The rows of a batch, sequences without the columns that are padding in all of them."""
    chosen = {id(values): values[rows] for values in arrays.values()}  # read once
    batch = {name: chosen[id(values)] for name, values in arrays.items()}
    return {name: values if name == "condition" else trim(values) for name, values in batch.items()}


def _signature(arrays, batch_size):
    return {
        name: tf.TensorSpec(
            (batch_size, values.shape[1] if name == "condition" else None), values.dtype
        )
        for name, values in arrays.items()
    }


def _options():
    options = tf.data.Options()
    # Workers read all batches and take their share of each: there are no files to share out.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    # Nothing here is tuned, and its thread wakes in doubling intervals: an iterator that ends
    # waits for it, up to as long again as it has run (TensorFlow 2.21).
    options.autotune.enabled = False
    return options
