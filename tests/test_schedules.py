import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_vae_collapse.schedules import (
    CyclicalAnnealing,
    ExponentialAnnealing,
    ExponentialCooling,
    LinearAnnealing,
    LogisticAnnealing,
)

CASES = [
    LinearAnnealing(0.01, threshold=0.8),
    ExponentialAnnealing(0.01, threshold=0.8),
    LogisticAnnealing(0.01, midpoint=300, threshold=0.8),
    CyclicalAnnealing(100, cycles=3, ratio=0.4, threshold=0.8),
]


def names(schedule):
    return type(schedule).__name__


STEPS = np.arange(1000)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (CASES[0], np.minimum(0.8, 0.01 * STEPS)),
        (CASES[1], 0.8 * (1 - np.exp(-0.01 * STEPS))),
        (CASES[2], 0.8 / (1 + np.exp(-0.01 * (STEPS - 300)))),
        (
            CASES[3],
            np.where(STEPS < 300, 0.8 * np.minimum(1, (STEPS % 100) / 100 / 0.4), 0.8),
        ),
    ],
    ids=[names(case) for case in CASES],
)
def test_matches_the_equation(schedule, expected):
    np.testing.assert_allclose(schedule(STEPS), expected, rtol=1e-5, atol=1e-7)


def test_defaults_are_those_of_the_papers():
    for schedule in (LinearAnnealing(1), ExponentialAnnealing(1), LogisticAnnealing(1, 0)):
        assert schedule.threshold == 1.0
    cyclical = CyclicalAnnealing(8)
    assert (cyclical.cycles, cyclical.ratio, cyclical.threshold) == (4, 0.5, 1.0)


@pytest.mark.parametrize("schedule", CASES, ids=names)
@pytest.mark.parametrize("dtype", [tf.int32, tf.int64])
def test_takes_steps_of_any_integer_type_inside_a_compiled_function(schedule, dtype):
    compiled = tf.function(schedule, jit_compile=True)
    value = compiled(tf.constant(30, dtype))
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, schedule(30), rtol=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 2**40))
def test_stays_between_zero_and_the_threshold_at_any_step(schedule, step):
    assert 0.0 <= float(schedule(step)) <= np.float32(schedule.threshold)


@pytest.mark.parametrize("schedule", CASES, ids=names)
def test_serves_as_a_learning_rate(schedule):
    optimizer = keras.optimizers.SGD(learning_rate=schedule)
    assert float(optimizer.learning_rate) == float(schedule(0))


@pytest.mark.parametrize(
    ("factory", "name", "value"),
    [
        (LinearAnnealing, "rate", 0.0),
        (LinearAnnealing, "rate", float("nan")),
        (LinearAnnealing, "threshold", -1.0),
        (ExponentialAnnealing, "rate", -1.0),
        (ExponentialAnnealing, "threshold", "1"),
        (LogisticAnnealing, "rate", 0.0),
        (LogisticAnnealing, "midpoint", -1),
        (LogisticAnnealing, "threshold", float("inf")),
        (CyclicalAnnealing, "cycle_steps", 0),
        (CyclicalAnnealing, "cycle_steps", 2.5),
        (CyclicalAnnealing, "cycles", 0),
        (CyclicalAnnealing, "ratio", 0.0),
        (CyclicalAnnealing, "ratio", 1.1),
        (CyclicalAnnealing, "threshold", -1.0),
    ],
)
def test_bad_options_are_refused(factory, name, value):
    options = {
        LinearAnnealing: {"rate": 0.1},
        ExponentialAnnealing: {"rate": 0.1},
        LogisticAnnealing: {"rate": 0.1, "midpoint": 10},
        CyclicalAnnealing: {"cycle_steps": 10},
    }[factory]
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        factory(**{**options, name: value})


def test_cooling_falls_from_its_start_to_its_threshold():
    schedule = ExponentialCooling(0.01, start=2.0, threshold=0.3)
    np.testing.assert_allclose(
        schedule(STEPS), np.maximum(0.3, 2.0 * np.exp(-0.01 * STEPS)), rtol=1e-5
    )
    assert float(schedule(2**40)) == np.float32(0.3)
    defaults = ExponentialCooling(0.1)
    assert (defaults.start, defaults.threshold) == (1.0, 0.5)
    for name in ("rate", "start", "threshold"):
        with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}=0.0"):
            ExponentialCooling(**{"rate": 0.1, name: 0.0})


@pytest.mark.parametrize(
    "schedule", [*CASES, ExponentialCooling(0.01, start=5.0, threshold=0.5)], ids=names
)
def test_a_schedule_has_settled_where_it_stays_within_a_hundredth_of_its_end(schedule):
    values = np.array([float(schedule(step)) for step in range(2000)])
    outside = np.flatnonzero(np.abs(values - float(schedule(10**9))) > 0.01001 * values[-1])
    assert outside[-1] < schedule.settled_step <= outside[-1] + 1.01


def test_a_schedule_that_starts_at_its_end_has_settled():
    cooled = ExponentialCooling(0.01, start=0.5, threshold=0.5)
    flat = LinearAnnealing(0.01, threshold=0.0)
    past = LogisticAnnealing(1.0, midpoint=0.0)
    assert cooled.settled_step == flat.settled_step == 0.0
    assert 0.0 < past.settled_step < 5.0
