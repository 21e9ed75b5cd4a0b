"""Averages between the outputs of a model and its loss, found in the graph of a training step."""

import numpy as np
import tensorflow as tf


def first_average(outputs, loss):
    """The first mean over elements of an example on the way from the outputs to the loss.

    Args:
        outputs, loss: tensors of one graph, the outputs with the examples along the first axis.

    Returns:
        `(mean, n, over_batch)`: the tensor of the mean, the number of elements of an example that
        each of its entries is a mean of, and whether it is one over the examples as well; `None`
        where there is no mean over more than one element.
    """
    if tf.executing_eagerly():
        return None
    after = _reached(outputs.op, lambda op: [c for out in op.outputs for c in out.consumers()])
    before = _reached(loss.op, lambda op: [given.op for given in op.inputs])
    found = []
    for op in after & before:
        if op.type != "Mean":
            continue
        shape, axes = op.inputs[0].shape, tf.get_static_value(op.inputs[1])
        if axes is None or shape.rank is None:
            continue
        axes = {int(axis) % max(shape.rank, 1) for axis in np.atleast_1d(axes)}
        sizes = [shape[axis] for axis in axes - {0}]
        if None not in sizes and np.prod(sizes, initial=1) > 1:
            found.append((op, int(np.prod(sizes)), 0 in axes))
    first = [one for one in found if not any(_leads(other[0], one[0]) for other in found)]
    if len(first) != 1:
        return None
    op, size, over_batch = first[0]
    return op.outputs[0], size, over_batch


def _reached(start, following):
    """All operations that can be reached from one, itself included."""
    seen, pending = {start}, [start]
    while pending:
        for op in following(pending.pop()):
            if op not in seen:
                seen.add(op)
                pending.append(op)
    return seen


def _leads(op, other):
    """Whether a path leads from one operation to another."""
    return op is not other and other in _reached(
        op, lambda one: [c for out in one.outputs for c in out.consumers()]
    )
