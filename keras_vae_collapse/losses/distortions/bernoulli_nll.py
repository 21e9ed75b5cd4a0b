"""Distortion of binary data."""

import keras
from keras import ops

from keras_vae_collapse.losses.distortions.summed_nll import SummedNLL, with_shape_of


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class BernoulliNLL(SummedNLL):
    """Negative log-likelihood of binary elements, summed over an example, in nats.

    ```
    D = 1/B sum_b sum_i [-x_bi log p_bi - (1 - x_bi) log(1 - p_bi)]
    ```

    for black and white images. Values of `x` between 0 and 1 (grey) are taken as probabilities;
    `D` is then a cross-entropy, and 0 is out of its reach. `keras.losses.BinaryCrossentropy`
    averages over `i`.

    Args:
        from_logits: whether `y_pred` are logits, or the probabilities `p`, which are taken as at
            least 1e-7 and at most 1 - 1e-7.
        name, reduction, dtype: see `keras.losses.Loss`.

    Call arguments:
        y_true: `x`, in [0, 1], of any shape `(batch, ...)`.
        y_pred: logits or probabilities, of the same shape.
        sample_weight: `None`, `(batch,)`, or a weight for each position or element.

    Output shape:
        A scalar, nats per example.

    Raises:
        ValueError: the shapes do not fit.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.losses import BernoulliNLL

    images = np.ones((4, 8, 8))
    assert np.isclose(BernoulliNLL()(images, np.zeros((4, 8, 8))), 64 * np.log(2.0))
    ```
    """

    def __init__(self, from_logits: bool = True, name: str = "bernoulli_nll", **kwargs):
        super().__init__(name, **kwargs)
        self.from_logits = bool(from_logits)

    def elements(self, y_true, y_pred):
        y_true = with_shape_of(y_true, y_pred.shape)
        return ops.binary_crossentropy(y_true, y_pred, from_logits=self.from_logits)

    def get_config(self):
        return {**super().get_config(), "from_logits": self.from_logits}
