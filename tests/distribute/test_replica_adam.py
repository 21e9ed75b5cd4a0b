import keras
import numpy as np
import pytest
from two_replicas import ONE, TWO

from keras_vae_collapse.distribute.multiworker import patched_fit
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


def linear_model(strategy, optimizer, use_ema=True):
    """The weights of a linear model after three steps that are clipped."""
    # The halves of a batch, which go to the two replicas, have gradients of unlike size.
    x = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
    x[::8] *= 10.0
    y = x @ np.array([[3.0], [-2.0], [1.0]], "float32")
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        options = {"global_clipnorm": 2.0, "use_ema": use_ema, "ema_momentum": 0.5}
        model.compile(optimizer(0.1, **options), "mse")
    with patched_fit(model):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return [weight.numpy() for weight in model.weights]


def test_clipping_does_not_depend_on_the_number_of_replicas():
    one, two = (linear_model(strategy, ReplicaAdam) for strategy in (ONE, TWO))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_on_one_device_it_is_the_optimizer_of_keras():
    ours, theirs = (
        linear_model(ONE, o, use_ema=False) for o in (ReplicaAdam, keras.optimizers.Adam)
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_clipping_by_keras_does_depend_on_it_so_that_our_optimizer_is_needed():
    one, two = (linear_model(strategy, keras.optimizers.Adam) for strategy in (ONE, TWO))
    assert np.abs(one[0] - two[0]).max() > 1e-3
