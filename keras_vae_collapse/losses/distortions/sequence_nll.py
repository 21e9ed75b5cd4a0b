"""Distortion of sequences of ids."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.losses.distortions.summed_nll import SummedNLL, with_shape_of


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class SequenceNLL(SummedNLL):
    """Negative log-likelihood of a sequence of ids, summed over its positions, in nats.

    ```
    D = 1/B sum_b sum_{t: x_bt != pad} -log p(x_bt | z_b)
    ```

    `keras.losses.SparseCategoricalCrossentropy` averages over `t` instead: beside a rate in nats
    per sequence it weighs too little by the length of a sequence.

    Args:
        from_logits: whether `y_pred` are logits, or probabilities that sum to 1.
        pad_id: id whose positions do not count, `None` where there is no padding.
        label_smoothing: `e` in [0, 1). The target is `1 - e` of the id and `e` of the uniform
            distribution (Szegedy et al. 2016, arXiv:1512.00567); the loss is then no longer that
            of the ELBO.
        name, reduction, dtype: see `keras.losses.Loss`.

    Call arguments:
        y_true: ids of any integer type, `(batch, time)`, or with any axes after the first.
        y_pred: logits or probabilities, `(batch, time, vocabulary)`.
        sample_weight: `None`, `(batch,)` or `(batch, time)`. Positions that the Keras mask of
            `y_pred` leaves out do not count either.

    Output shape:
        A scalar, nats per sequence.

    Raises:
        ValueError: an argument lies outside its range, or the shapes do not fit.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.losses import SequenceNLL

    ids = np.array([[4, 5, 0], [6, 0, 0]])  # three symbols, and padding
    logits = np.zeros((2, 3, 7))
    assert np.isclose(SequenceNLL()(ids, logits), 1.5 * np.log(7))

    model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(7, 7)])
    model.compile("adam", SequenceNLL())
    model.fit(ids, ids, verbose=0)
    ```
    """

    def __init__(
        self,
        from_logits: bool = True,
        pad_id: int | None = 0,
        label_smoothing: float = 0.0,
        name: str = "sequence_nll",
        **kwargs,
    ):
        super().__init__(name, **kwargs)
        self.from_logits = bool(from_logits)
        self.pad_id = None if pad_id is None else check_integer("pad_id", pad_id)
        self.label_smoothing = check_number(
            "label_smoothing", label_smoothing, low=0.0, high=1.0, open_high=True
        )

    def elements(self, y_true, y_pred):
        ids = ops.cast(with_shape_of(y_true, y_pred.shape[:-1]), "int64")
        if self.pad_id is not None:
            counts = ids != self.pad_id
            ids = ops.where(counts, ids, 0)  # the padding may be no id of the vocabulary
        # The lower bound keeps the logarithm and its gradient finite.
        logits = y_pred if self.from_logits else ops.log(ops.maximum(y_pred, 1e-30))
        nats = ops.sparse_categorical_crossentropy(ids, logits, from_logits=True)
        if self.label_smoothing:
            uniform = -ops.mean(ops.log_softmax(logits), axis=-1)
            nats = (1.0 - self.label_smoothing) * nats + self.label_smoothing * uniform
        return nats if self.pad_id is None else ops.where(counts, nats, 0.0)

    def get_config(self):
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "pad_id": self.pad_id,
            "label_smoothing": self.label_smoothing,
        }
