"""Examples as arrays, and arrays as `tf.data` batches of like lengths."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.training.batch_plan import longest


def encode_examples(examples, vocabulary):
    """Examples as padded arrays.

    Args:
        examples: a list of `Example`, at least one.
        vocabulary: a `Vocabulary`.

    Returns:
        `{"source": int32 (N, S), "features": float32 (N, M), "target": int32 (N, T)}`, words
        ended by the end symbol and padded with 0; no `"target"` where all targets are covered.

    Raises:
        ValueError: there are no examples, or some but not all have no target.
    """
    if not examples:
        raise ValueError("`examples` must hold at least one example. Received none.")
    covered = [e for e in examples if e.target is None]
    if covered and len(covered) < len(examples):
        raise ValueError(
            f"{len(covered)} of {len(examples)} examples have no target, the first: "
            f"{covered[0].place}"
        )
    arrays = {
        "source": _padded([vocabulary.encode_word(e.source) for e in examples]),
        "features": np.array([vocabulary.encode_features(e.features) for e in examples], "float32"),
    }
    if not covered:
        arrays["target"] = _padded([vocabulary.encode_word(e.target) for e in examples])
    return arrays


def training_dataset(arrays, plan, start_step=0, pad_to=1):
    """The endless stream of training batches, from batch number `start_step` on.

    Batch number `i` is the same whichever step the stream starts at and whichever process
    makes it, so a resumed run sees what it would have seen. Batches are padded to their own
    longest source and target.

    Args:
        arrays: of `encode_examples`.
        plan: a `BatchPlan` for them.
        start_step: number of batches to skip, at least 0.
        pad_to: lengths are rounded up to a multiple of this, at least 1; more than 1 gives
            fewer shapes, for compilers that make one program a shape.

    Returns:
        A `tf.data.Dataset` of dictionaries of tensors, `batch_size` rows each.

    Raises:
        ValueError: a bad argument, or a plan for another number of examples.

    Example:

    ```python
    from keras_vae_collapse.data import (
        BatchPlan, Example, Vocabulary, encode_examples, training_dataset
    )

    examples = [Example("ev", "num=PL", "evler"), Example("dil", "num=PL", "diller")]
    vocabulary = Vocabulary.from_examples(examples)
    arrays = encode_examples(examples, vocabulary)
    dataset = training_dataset(arrays, BatchPlan.of(arrays, batch_size=2))
    for batch in dataset.take(1):
        assert batch["target"].shape == (2, 7)  # "diller" and the end symbol
    ```
    """
    check_integer("start_step", start_step, low=0)
    _check_rows(arrays, pad_to)
    if len(plan.lengths) != len(arrays["source"]):
        raise ValueError(
            f"`plan` must be for {len(arrays['source'])} examples. "
            f"Received: a plan for {len(plan.lengths)}"
        )

    def generate():
        epoch, skip = divmod(start_step, plan.steps_per_epoch)
        while True:
            for rows in plan.batches(epoch)[skip:]:
                yield _gather(arrays, rows, pad_to)
            epoch, skip = epoch + 1, 0

    dataset = tf.data.Dataset.from_generator(
        generate, output_signature=_signature(arrays, plan.batch_size)
    )
    return dataset.with_options(_options()).prefetch(8)


def evaluation_dataset(arrays, batch_size, pad_to=1):
    """Every example once, in batches of like lengths that are all full.

    Rows are sorted by length. What is missing in the last batch is filled with row 0 at weight
    0, so that no replica of a strategy ever gets an empty or an uneven batch.

    Args:
        arrays: of `encode_examples`.
        batch_size: rows in a batch, at least 1.
        pad_to: as in `training_dataset`.

    Returns:
        A `tf.data.Dataset` of dictionaries as in training, with `"weight"`, float32
        `(batch,)`, 1 for an example and 0 for filling, and `"index"`, int32 `(batch,)`, the
        row of `arrays` that each row is.
    """
    check_integer("batch_size", batch_size, low=1)
    _check_rows(arrays, pad_to)
    order = np.argsort(longest(arrays), kind="stable").astype("int32")
    filling = -len(order) % batch_size
    index = np.concatenate([order, np.zeros(filling, "int32")])
    weight = np.concatenate([np.ones(len(order), "float32"), np.zeros(filling, "float32")])

    def generate():
        for start in range(0, len(index), batch_size):
            rows = slice(start, start + batch_size)
            batch = _gather(arrays, index[rows], pad_to)
            yield {**batch, "weight": weight[rows], "index": index[rows]}

    signature = {
        **_signature(arrays, batch_size),
        "weight": tf.TensorSpec((batch_size,), tf.float32),
        "index": tf.TensorSpec((batch_size,), tf.int32),
    }
    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(index) // batch_size))
    return dataset.with_options(_options()).prefetch(8)


def trim(ids):
    """Ids without the columns that are padding in every row; at least one column stays."""
    return ids[:, : max(1, int((ids != 0).sum(axis=1).max(initial=1)))]


def _check_rows(arrays, pad_to):
    check_integer("pad_to", pad_to, low=1)
    counts = {name: len(values) for name, values in arrays.items()}
    if len(set(counts.values())) != 1 or not counts["source"]:
        raise ValueError(f"`arrays` must have equally many rows, at least one. Received: {counts}")


def _gather(arrays, rows, pad_to):
    batch = {name: values[rows] for name, values in arrays.items()}
    for name in batch.keys() & {"source", "target"}:
        ids = trim(batch[name])
        batch[name] = np.pad(ids, ((0, 0), (0, -ids.shape[1] % pad_to)))
    return batch


def _signature(arrays, batch_size):
    return {
        name: tf.TensorSpec(
            (batch_size, values.shape[1] if name == "features" else None), values.dtype
        )
        for name, values in arrays.items()
    }


def _options():
    options = tf.data.Options()
    # Workers read all batches and take their share of each: there are no files to share out.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return options


def _padded(rows):
    lengths = np.fromiter(map(len, rows), int, len(rows))
    array = np.zeros((len(rows), lengths.max()), "int32")
    array[np.arange(array.shape[1]) < lengths[:, None]] = np.concatenate(rows)
    return array
