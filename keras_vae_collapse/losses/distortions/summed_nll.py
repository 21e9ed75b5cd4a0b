"""Base class of the distortions."""

import keras
from keras import ops


class SummedNLL(keras.losses.Loss):
    """A negative log-likelihood in nats per example: summed within it, averaged over the batch.

    ```
    D = 1/B sum_b w_b sum_i w_bi (-log p(x_bi | z_b))
    ```

    with `i` over all axes but the first. The losses of Keras average over `i` instead; beside a
    rate, which is summed, an average makes the distortion too small by the number of elements,
    and the model collapses.

    Variants override `elements`. Computed in float32 at least, whatever the type of the
    predictions.

    Args:
        name: of the loss.
        reduction: over the batch, as for any Keras loss.
        dtype: type of the computation, `None` for `floatx`; never less than float32.

    Call arguments:
        y_true, y_pred: see the variants.
        sample_weight: `None`; or `w_b`, `(batch,)`; or `w_bi`, a weight for each position,
            `(batch, time)` or as many axes as there are elements. A mask that Keras has put on
            `y_pred` is a weight of 0 or 1. As in Keras the sum is divided by `B`, not by the sum
            of the weights.

    Output shape:
        A scalar; `(batch,)` with `reduction=None`.
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        policy = keras.dtype_policies.get(dtype or keras.config.floatx())
        double = policy.compute_dtype == "float64"
        super().__init__(name, reduction, "float64" if double else "float32")

    def __call__(self, y_true, y_pred, sample_weight=None):
        within = []
        mask = getattr(y_pred, "_keras_mask", None)
        if mask is not None:
            within.append(self._weight(mask))
        if sample_weight is not None:
            sample_weight = self._weight(sample_weight)
            if all(size == 1 for size in sample_weight.shape[1:]):
                sample_weight = ops.reshape(sample_weight, (-1,))
            else:
                within.append(sample_weight)
                sample_weight = None
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        # Keras averages over what it sees of masks and weights, and it looks into no tuples.
        return super().__call__((y_true, *within), (y_pred,), sample_weight)

    def call(self, y_true, y_pred):
        """Nats of each example, `(batch,)`."""
        y_true, *within = y_true if isinstance(y_true, tuple) else (y_true,)
        (y_pred,) = y_pred if isinstance(y_pred, tuple) else (y_pred,)
        nats = self.elements(y_true, y_pred)
        rank = len(nats.shape)
        for weight in within:
            while len(weight.shape) < rank:
                weight = ops.expand_dims(weight, -1)
            while len(weight.shape) > rank and weight.shape[-1] == 1:
                weight = ops.squeeze(weight, -1)
            if len(weight.shape) > rank:
                raise ValueError(
                    f"a mask or `sample_weight` must have at most {rank} axes, as the elements of "
                    f"the loss. Received: shape={tuple(weight.shape)}"
                )
            # Not the product alone: what is left out may be infinite.
            nats = ops.where(weight == 0, 0.0, weight * nats)
        return ops.sum(nats, axis=tuple(range(1, rank)))

    def elements(self, y_true, y_pred):
        """Nats of each element, `(batch, ...)`: the one method that variants override."""
        raise NotImplementedError(f"{type(self).__name__} must override `elements`")

    def _weight(self, values):
        return ops.cast(ops.convert_to_tensor(values), self.dtype)


def with_shape_of(y_true, shape):
    """`y_true` with the shape of the predictions, up to a last axis of size 1.

    Raises:
        ValueError: it has another shape, which would broadcast in silence.
    """
    received = tuple(y_true.shape)
    if len(received) == len(shape) + 1 and received[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    elif len(received) == len(shape) - 1 and shape[-1] == 1:
        y_true = ops.expand_dims(y_true, -1)
    sizes = zip(y_true.shape, shape, strict=False)
    if len(y_true.shape) != len(shape) or any(a != b for a, b in sizes if a and b):
        raise ValueError(
            f"`y_true` must have the shape {tuple(shape)} of the predictions. "
            f"Received: shape={received}"
        )
    return y_true
