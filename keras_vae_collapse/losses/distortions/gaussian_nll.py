"""Distortion of real numbers."""

import math

import keras

from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.losses.distortions.summed_nll import SummedNLL, with_shape_of


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class GaussianNLL(SummedNLL):
    """Negative log-likelihood under Gaussians of one scale, summed over an example, in nats.

    ```
    D = 1/B sum_b sum_i [(x_bi - m_bi)^2 / (2 s^2) + log s + log(2 pi) / 2]
    ```

    for images and series of real numbers. `"mse"` leaves out the scale and averages over `i`:
    beside a rate it is the loss of a scale of `sqrt(I / 2)` for `I` elements. A smaller scale
    asks for better reconstructions and a higher rate (Lucas et al. 2019, arXiv:1911.02469).

    Args:
        scale: `s`, in units of `x`, greater than 0.
        name, reduction, dtype: see `keras.losses.Loss`.

    Call arguments:
        y_true: `x`, of any shape `(batch, ...)`.
        y_pred: the means `m`, of the same shape.
        sample_weight: `None`, `(batch,)`, or a weight for each position or element.

    Output shape:
        A scalar, nats per example. A density: it can be negative.

    Raises:
        ValueError: `scale` lies outside its range, or the shapes do not fit.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.losses import GaussianNLL

    x = np.ones((4, 5, 2))
    assert np.isclose(GaussianNLL()(x, x), 5 * np.log(2 * np.pi))
    assert np.isclose(GaussianNLL()(x, x + 2.0), 5 * np.log(2 * np.pi) + 20.0)
    ```
    """

    def __init__(self, scale: float = 1.0, name: str = "gaussian_nll", **kwargs):
        super().__init__(name, **kwargs)
        self.scale = check_number("scale", scale, low=0.0, open_low=True)

    def elements(self, y_true, y_pred):
        error = (with_shape_of(y_true, y_pred.shape) - y_pred) / self.scale
        return 0.5 * error**2 + (math.log(self.scale) + 0.5 * math.log(2.0 * math.pi))

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
