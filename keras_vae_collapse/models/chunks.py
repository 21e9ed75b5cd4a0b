"""Many rows in chunks, inside a TensorFlow graph: memory does not grow with their number."""

import tensorflow as tf

CHUNK = 128  # rows that are handled at once
BLOCK = 2048  # rows that Python hands to a graph at once
SEED_ROWS = 256  # rows of a sample that are drawn from one seed
_AT_A_TIME = 8  # chunks side by side, if there are threads for them


def in_chunks(function, total, outputs, size=CHUNK):
    """Concatenates `function(slice)` over slices of `size` rows, in a graph loop.

    Args:
        function: takes a slice of rows to a tuple of tensors, the rows first.
        total: number of rows, a scalar tensor.
        outputs: `(dtype, shape without rows)` of each tensor.
        size: rows of a slice.
    """
    chunks = tf.maximum(1, (total + size - 1) // size)
    arrays = tuple(
        tf.TensorArray(dtype, size=chunks, infer_shape=False, element_shape=[None, *shape])
        for dtype, shape in outputs
    )

    def body(i, arrays):
        start = i * size
        parts = function(slice(start, tf.minimum(start + size, total)))
        return i + 1, tuple(a.write(i, p) for a, p in zip(arrays, parts, strict=True))

    _, arrays = tf.while_loop(
        lambda i, _: i < chunks, body, (tf.constant(0), arrays), parallel_iterations=_AT_A_TIME
    )
    return tuple(
        tf.ensure_shape(array.concat(), [None, *shape])
        for array, (_, shape) in zip(arrays, outputs, strict=True)
    )


def by_length(function, strings, *columns):
    """`function(strings, *columns)` of rows in the order of their lengths, given back in theirs.

    Rows of like lengths that stand together need less padding, and their answers end together.
    """
    order = tf.argsort(tf.strings.length(strings), stable=True)
    outputs = function(*(tf.gather(column, order) for column in (strings, *columns)))
    return tuple(tf.gather(output, tf.argsort(order)) for output in outputs)
