import keras
import numpy as np
import pytest
from rate_term_cases import kl_float64, normal, standard_normal

from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.schedules import LinearAnnealing

LOC = np.random.default_rng(1).normal(size=(6, 3))
SCALE = np.random.default_rng(2).uniform(0.1, 3.0, size=(6, 3))
RATE = kl_float64(LOC, SCALE).sum(axis=-1).mean()


def call(term, training=None):
    return float(term(posterior=normal(LOC, SCALE), prior=standard_normal(), training=training))


@pytest.mark.parametrize("weight", [0.0, 0.5, 1, 4.0])
def test_is_the_weight_times_the_sum_over_dimensions_and_mean_over_examples(weight):
    np.testing.assert_allclose(call(KLDivergence(weight)), weight * RATE, rtol=1e-5)


def test_the_schedule_sees_the_number_of_earlier_training_calls():
    term = KLDivergence(LinearAnnealing(0.25))
    values = [call(term, training=True) for _ in range(6)]
    np.testing.assert_allclose(values, RATE * np.array([0, 0.25, 0.5, 0.75, 1, 1]), rtol=1e-5)


def test_evaluation_uses_the_weight_of_the_step_reached():
    term = KLDivergence(LinearAnnealing(0.25))
    call(term, training=True)
    np.testing.assert_allclose([call(term), call(term)], [0.25 * RATE] * 2, rtol=1e-5)


def test_any_keras_schedule_is_a_weight():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.0, 2.0])
    term = KLDivergence.from_config(KLDivergence(schedule).get_config())
    values = [call(term, training=True) for _ in range(3)]
    np.testing.assert_allclose(values, [0.0, 0.0, 2 * RATE], rtol=1e-5)


def test_logs_the_weight():
    term = KLDivergence(LinearAnnealing(0.5))
    for _ in range(3):
        call(term, training=True)
    assert term.trackers["kl_weight"].result() == 0.5  # the mean of 0, 0.5 and 1


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf"), "linear", None, True, [1.0]])
def test_a_weight_that_is_no_weight_is_refused(weight):
    with pytest.raises(ValueError, match=r"`weight` must be a LearningRateSchedule or a finite"):
        KLDivergence(weight)
