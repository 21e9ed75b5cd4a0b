"""ReplicaAdam: the average of the weights is near them from the first steps on."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.distribute.replica_adam import ReplicaAdam


def averages(optimizer, values):
    """The average after each of some values of a weight, which the optimizer does not change."""
    weight = keras.Variable(np.zeros(1, "float32"))
    optimizer.build([weight])
    seen = []
    for value in values:
        weight.assign([value])
        optimizer.apply([keras.ops.zeros(1)], [weight])
        seen.append(float(optimizer._model_variables_moving_average[0][0]))
    return seen


def test_the_average_follows_the_equation():
    values = np.random.default_rng(0).normal(size=60)
    seen = averages(ReplicaAdam(0.0, use_ema=True, ema_momentum=0.8), values)
    expected, average = [], 0.0
    for t, value in enumerate(values):
        momentum = min(0.8, t / (t + 9))
        average = momentum * average + (1 - momentum) * value
        expected.append(average)
    assert seen == pytest.approx(expected, rel=1e-4, abs=1e-5)
    assert seen[0] == pytest.approx(values[0], rel=1e-5)


def test_the_first_weights_are_soon_forgotten():
    seen = averages(ReplicaAdam(0.0, use_ema=True, ema_momentum=0.999), [100.0] + [1.0] * 99)
    assert seen[-1] == pytest.approx(1.0, abs=0.01)
