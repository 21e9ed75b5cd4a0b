"""Active units: latent dimensions whose posterior mean moves with the input."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_number


def active_units(loc: np.ndarray, threshold: float = 0.01):
    """The number of active units of posterior means `(N, latent)`; see `ActiveUnits`."""
    return int(np.sum(posterior_mean_variance(loc) >= threshold))


def posterior_mean_variance(loc: np.ndarray):
    """Sample variance over the set of each dimension of means `(N, latent)`: `(latent,)`."""
    loc = np.asarray(loc, np.float64)
    return loc.var(axis=0, ddof=1) if len(loc) > 1 else np.zeros(loc.shape[1])


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ActiveUnits(keras.metrics.Metric):
    """Number of latent dimensions whose posterior mean varies over the set.

    ```
    A_d = Var_x[mu_d(x)],    active units = number of d with A_d >= threshold
    ```

    (Burda et al. 2015, arXiv:1509.00519, with 0.01; 0.2 is also in use.) `A_d` is the
    unbiased sample variance over all inputs seen since the last reset. The state (number,
    sum and sum of squares about a fixed origin, in float64) adds up, so any split of the
    set into batches and replicas gives the same result.

    Args:
        latent_dim: number of latent dimensions, a positive integer.
        threshold: least variance of an active unit, greater than 0.
        **kwargs: `name` and `dtype` of the metric.

    Call arguments:
        loc: posterior means `(batch, latent_dim)`.
        sample_weight: `None`, or 0 or 1 for each example; those of weight 0 do not count.

    Returns:
        A scalar, the number of active units; 0 before the second input.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import ActiveUnits

    metric = ActiveUnits(latent_dim=2)
    metric.update_state(np.array([[0.5, 1.0], [0.5, -1.0]]))
    assert float(metric.result()) == 1.0
    ```
    """

    def __init__(
        self, latent_dim: int, threshold: float = 0.01, name: str = "active_units", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        self.latent_dim = check_integer("latent_dim", latent_dim, low=1)
        self.threshold = check_number("threshold", threshold, low=0.0, open_low=True)
        # Replicas can only add what they hold, which rules out Welford's update; in float64
        # the sums are exact enough for means up to 1e5 times the threshold's root.
        self.examples = self._sum("examples", ())
        self.total = self._sum("total", (self.latent_dim,))
        self.squares = self._sum("squares", (self.latent_dim,))

    def _sum(self, name, shape):
        return self.add_variable(shape, initializer="zeros", dtype="float64", name=name)

    def update_state(self, loc, sample_weight=None):
        loc = ops.cast(loc, "float64")
        if sample_weight is None:
            weight = ops.ones_like(loc[:, :1])
        else:
            weight = ops.reshape(ops.cast(sample_weight, "float64"), (-1, 1))
        self.examples.assign(self.examples + ops.sum(weight))
        self.total.assign(self.total + ops.sum(weight * loc, axis=0))
        self.squares.assign(self.squares + ops.sum(weight * loc**2, axis=0))

    def variance(self):
        """`A_d` of each dimension, float64 `(latent_dim,)`."""
        examples = ops.convert_to_tensor(self.examples)
        total = ops.convert_to_tensor(self.total)
        centred = ops.convert_to_tensor(self.squares) - total**2 / ops.maximum(examples, 1.0)
        return ops.maximum(centred, 0.0) / ops.maximum(examples - 1.0, 1.0)

    def result(self):
        active = ops.cast(self.variance() >= self.threshold, self.dtype)
        return ops.sum(active)

    def get_config(self):
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "threshold": self.threshold,
        }
