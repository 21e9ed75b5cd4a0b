"""Examples as arrays of ids."""

import numpy as np


def encode_examples(examples, vocabulary):
    """Examples as padded arrays.

    Args:
        examples: a list of `Example`, at least one.
        vocabulary: a `Vocabulary`.

    Returns:
        `{"source": int32 (N, S), "condition": float32 (N, M), "target": int32 (N, T)}`, words
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
    condition = [vocabulary.encode_features(e.features) for e in examples]
    arrays = {
        "source": _padded([vocabulary.encode_word(e.source) for e in examples]),
        "condition": np.array(condition, "float32"),
    }
    if not covered:
        arrays["target"] = _padded([vocabulary.encode_word(e.target) for e in examples])
    return arrays


def _padded(rows):
    lengths = np.fromiter(map(len, rows), int, len(rows))
    array = np.zeros((len(rows), lengths.max()), "int32")
    array[np.arange(array.shape[1]) < lengths[:, None]] = np.concatenate(rows)
    return array
