import numpy as np
import pytest
import tensorflow as tf
from rate_term_cases import normal, standard_normal

from keras_vae_collapse.losses import TargetRate
from keras_vae_collapse.schedules import LinearAnnealing

LOC = np.array([[1.0], [3.0]])  # 0.5 and 4.5 nats: 2.5 on average


def call(term, training=True):
    return term(posterior=normal(LOC, 1.0), prior=standard_normal(), training=training)


@pytest.mark.parametrize(("target", "expected"), [(0.0, 5.0), (2.0, 1.0), (2.5, 0.0), (4.0, 3.0)])
def test_is_the_weighted_distance_of_the_batch_mean_from_the_target(target, expected):
    np.testing.assert_allclose(call(TargetRate(target, weight=2.0)), expected, atol=1e-5)


@pytest.mark.parametrize(("target", "sign"), [(1.0, 1.0), (4.0, -1.0)])
def test_every_example_is_pulled_to_the_side_on_which_the_batch_mean_falls_short(target, sign):
    loc = tf.constant(LOC, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(loc)
        q = normal(0.0, 1.0).copy(loc=loc, scale=tf.ones_like(loc))
        value = TargetRate(target, weight=3.0)(posterior=q, prior=standard_normal())
    np.testing.assert_allclose(tape.gradient(value, loc), sign * 3.0 * LOC / 2, rtol=1e-5)


def test_the_target_grows_along_a_schedule_in_training_only():
    term = TargetRate(LinearAnnealing(0.5, threshold=2.0))
    values = [call(term, training) for training in (True, True, False, False, True, True)]
    np.testing.assert_allclose(values, [2.5, 2.0, 1.5, 1.5, 1.5, 1.0], rtol=1e-5)


def test_logs_the_target_and_the_gap():
    term = TargetRate(4.0)
    call(term)
    assert term.trackers["target"].result() == 4.0
    np.testing.assert_allclose(term.trackers["gap"].result(), 1.5, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_nats", -1.0),
        ("rate_nats", float("nan")),
        ("rate_nats", "25"),
        ("weight", -1.0),
        ("weight", LinearAnnealing(0.1)),
    ],
)
def test_bad_options_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        TargetRate(**{"rate_nats": 1.0, name: value})
