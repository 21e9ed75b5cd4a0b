"""Numbers over training steps: weights for `KLDivergence(weight=...)`, rates, temperatures.

Each is a `keras.optimizers.schedules.LearningRateSchedule`: a function of the step `t`, 0 at the
first, without state.
"""

import math

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer, check_number

__all__ = [
    "CyclicalAnnealing",
    "ExponentialAnnealing",
    "ExponentialCooling",
    "LinearAnnealing",
    "LogisticAnnealing",
]


class _Annealing(keras.optimizers.schedules.LearningRateSchedule):
    """Stores every argument under its own name, and nothing else."""

    @property
    def settled_step(self) -> float:
        """The first step from which the schedule stays within 1% of where it leads."""
        raise NotImplementedError

    def get_config(self):
        return dict(vars(self))


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LinearAnnealing(_Annealing):
    """A straight line up to a threshold.

    ```
    lambda_t = min(lambda_m, r t)
    ```

    (Bowman et al. 2015, arXiv:1511.06349.)

    Args:
        rate: `r`, the growth per step, greater than 0.
        threshold: `lambda_m`, at least 0.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.schedules import LinearAnnealing

    schedule = LinearAnnealing(rate=0.25, threshold=0.5)
    assert [float(schedule(t)) for t in range(4)] == [0.0, 0.25, 0.5, 0.5]
    ```
    """

    def __init__(self, rate: float, threshold: float = 1.0):
        self.rate = check_number("rate", rate, low=0.0, open_low=True)
        self.threshold = check_number("threshold", threshold, low=0.0)

    @property
    def settled_step(self):
        return 0.99 * self.threshold / self.rate

    def __call__(self, step):
        t = ops.cast(step, "float32")
        return ops.minimum(self.threshold, self.rate * t)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ExponentialAnnealing(_Annealing):
    """Fast growth at first, then slower and slower towards a threshold.

    ```
    lambda_t = lambda_m (1 - exp(-r t))
    ```

    Args:
        rate: `r`, per step, greater than 0.
        threshold: `lambda_m`, at least 0.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import math
    from keras_vae_collapse.schedules import ExponentialAnnealing

    schedule = ExponentialAnnealing(rate=math.log(2.0))
    assert abs(float(schedule(2)) - 0.75) < 1e-6
    ```
    """

    def __init__(self, rate: float, threshold: float = 1.0):
        self.rate = check_number("rate", rate, low=0.0, open_low=True)
        self.threshold = check_number("threshold", threshold, low=0.0)

    @property
    def settled_step(self):
        return math.log(100.0) / self.rate

    def __call__(self, step):
        t = ops.cast(step, "float32")
        return -self.threshold * ops.expm1(-self.rate * t)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ExponentialCooling(_Annealing):
    """Decay down to a threshold, for the temperature of a relaxation.

    ```
    tau_t = max(tau_m, tau_0 exp(-r t))
    ```

    (Jang et al. 2017, arXiv:1611.01144, appendix.)

    Args:
        rate: `r`, per step, greater than 0.
        start: `tau_0`, greater than 0.
        threshold: `tau_m`, greater than 0.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import math
    from keras_vae_collapse.schedules import ExponentialCooling

    schedule = ExponentialCooling(rate=math.log(2.0), threshold=0.3)
    assert abs(float(schedule(1)) - 0.5) < 1e-6
    assert abs(float(schedule(2)) - 0.3) < 1e-6
    ```
    """

    def __init__(self, rate: float, start: float = 1.0, threshold: float = 0.5):
        self.rate = check_number("rate", rate, low=0.0, open_low=True)
        self.start = check_number("start", start, low=0.0, open_low=True)
        self.threshold = check_number("threshold", threshold, low=0.0, open_low=True)

    @property
    def settled_step(self):
        return max(0.0, math.log(self.start / (1.01 * self.threshold)) / self.rate)

    def __call__(self, step):
        t = ops.cast(step, "float32")
        return ops.maximum(self.threshold, self.start * ops.exp(-self.rate * t))


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LogisticAnnealing(_Annealing):
    """An S-shaped curve from near 0 to a threshold.

    ```
    lambda_t = lambda_m / (1 + exp(-r (t - t_0)))
    ```

    (Bowman et al. 2015, arXiv:1511.06349, figure 2.)

    Args:
        rate: `r`, the steepness per step, greater than 0.
        midpoint: `t_0`, the step at half the threshold, at least 0.
        threshold: `lambda_m`, at least 0.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.schedules import LogisticAnnealing

    schedule = LogisticAnnealing(rate=0.01, midpoint=1000)
    assert float(schedule(1000)) == 0.5
    ```
    """

    def __init__(self, rate: float, midpoint: float, threshold: float = 1.0):
        self.rate = check_number("rate", rate, low=0.0, open_low=True)
        self.midpoint = check_number("midpoint", midpoint, low=0.0)
        self.threshold = check_number("threshold", threshold, low=0.0)

    @property
    def settled_step(self):
        return max(0.0, self.midpoint + math.log(99.0) / self.rate)

    def __call__(self, step):
        t = ops.cast(step, "float32")
        return self.threshold * ops.sigmoid(self.rate * (t - self.midpoint))


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class CyclicalAnnealing(_Annealing):
    """Cycles of a line up to a threshold, a stretch at the threshold, and a drop to 0.

    ```
    tau      = (t mod T) / T
    lambda_t = lambda_m min(1, tau / R)    for t < M T,    lambda_m afterwards
    ```

    (Fu et al. 2019, arXiv:1903.10145.)

    Args:
        cycle_steps: `T`, the steps of one cycle, a positive integer.
        cycles: `M`, the number of cycles, a positive integer.
        ratio: `R`, the part of a cycle in which the weight grows, in (0, 1].
        threshold: `lambda_m`, at least 0.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.schedules import CyclicalAnnealing

    schedule = CyclicalAnnealing(cycle_steps=4, cycles=2)
    values = [float(schedule(t)) for t in range(10)]
    assert values == [0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    ```
    """

    def __init__(
        self, cycle_steps: int, cycles: int = 4, ratio: float = 0.5, threshold: float = 1.0
    ):
        self.cycle_steps = check_integer("cycle_steps", cycle_steps, low=1)
        self.cycles = check_integer("cycles", cycles, low=1)
        self.ratio = check_number("ratio", ratio, low=0.0, high=1.0, open_low=True)
        self.threshold = check_number("threshold", threshold, low=0.0)

    @property
    def settled_step(self):
        last = self.cycle_steps * (self.cycles - 1)
        return last + 0.99 * self.ratio * self.cycle_steps

    def __call__(self, step):
        step = ops.cast(step, "int64")
        tau = ops.cast(step % self.cycle_steps, "float32") / self.cycle_steps
        rising = self.threshold * ops.minimum(1.0, tau / self.ratio)
        return ops.where(step < self.cycle_steps * self.cycles, rising, self.threshold)
