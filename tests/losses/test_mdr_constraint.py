import keras
import numpy as np
import pytest
import tensorflow as tf
from rate_term_cases import kl_float64, normal, standard_normal

from keras_vae_collapse.losses import MDRConstraint

LOC = np.random.default_rng(1).normal(size=(6, 4))
SCALE = np.random.default_rng(2).uniform(0.3, 1.5, size=(6, 4))
RATE = kl_float64(LOC, SCALE).sum(-1).mean()


def value_and_gradients(term):
    loc = tf.constant(LOC, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(loc)
        q = normal(0.0, 1.0).copy(loc=loc, scale=tf.constant(SCALE, tf.float32))
        value = term(posterior=q, prior=standard_normal(), training=True)
    return float(value), *tape.gradient(value, [loc, term.raw_multiplier.value])


def test_defaults():
    term = MDRConstraint(5.0)
    assert (term.initial_multiplier, term.multiplier_step, term.damping) == (1.01, 1.0, 2.0)


@pytest.mark.parametrize("damping", [0.0, 1.0, 50.0])
@pytest.mark.parametrize("r", [0.3, RATE, 30.0])
@pytest.mark.parametrize("u", [1e-3, 1.01, 20.0])
def test_the_value_is_the_lagrangian_whatever_the_damping(u, r, damping):
    value, _, _ = value_and_gradients(MDRConstraint(r, initial_multiplier=u, damping=damping))
    np.testing.assert_allclose(value, RATE + u * (r - RATE), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("r", [0.3, 30.0])
def test_undamped_the_gradient_is_one_minus_the_multiplier_times_that_of_the_rate(r):
    _, gradient, _ = value_and_gradients(MDRConstraint(r, initial_multiplier=0.7, damping=0.0))
    np.testing.assert_allclose(gradient, 0.3 * LOC / len(LOC), rtol=1e-4)


@pytest.mark.parametrize("r", [0.3, 1.05 * RATE, 30.0])
def test_damped_the_gradient_uses_the_effective_multiplier_of_the_augmented_lagrangian(r):
    c, u = 2.0, 0.7
    _, gradient, _ = value_and_gradients(MDRConstraint(r, initial_multiplier=u, damping=c))
    effective = max(0.0, u + c * (r - RATE) / r)
    np.testing.assert_allclose(gradient, (1.0 - effective) * LOC / len(LOC), rtol=1e-4)


@pytest.mark.parametrize("r", [0.3, 30.0])
@pytest.mark.parametrize("step", [1.0, 5.0])
def test_the_gradient_of_the_multiplier_is_ascent_on_the_relative_gap(r, step):
    term = MDRConstraint(r, initial_multiplier=0.7, multiplier_step=step)
    _, _, gradient = value_and_gradients(term)
    slope = step * (1.0 - np.exp(-0.7))  # d softplus(s w) / d w, at softplus(s w) = 0.7
    np.testing.assert_allclose(gradient, -slope * (r - RATE) / r, rtol=1e-4)


@pytest.mark.parametrize("u", [1e-4, 1.01, 100.0])
@pytest.mark.parametrize("step", [0.1, 1.0, 10.0])
def test_the_multiplier_starts_where_it_is_told(u, step):
    term = MDRConstraint(2.0, initial_multiplier=u, multiplier_step=step)
    assert term.multiplier.dtype == tf.float32
    np.testing.assert_allclose(term.multiplier, u, rtol=1e-5)


def test_the_multiplier_moves_by_its_own_step_size_under_adam():
    moved = {}
    for step in (1.0, 10.0):
        term = MDRConstraint(30.0, multiplier_step=step)
        before = step * term.raw_multiplier.numpy()
        optimizer = keras.optimizers.Adam(1e-3)
        _, _, gradient = value_and_gradients(term)
        optimizer.apply_gradients([(gradient, term.raw_multiplier)])
        moved[step] = step * term.raw_multiplier.numpy() - before
    np.testing.assert_allclose(moved[1.0], 1e-3, rtol=1e-2)
    np.testing.assert_allclose(moved[10.0], 1e-2, rtol=1e-2)


def test_the_multiplier_stays_non_negative():
    term = MDRConstraint(2.0)
    term.raw_multiplier.assign(-1e6)
    assert term.multiplier == 0.0


def rates_of_a_toy(damping, steps=1500):
    """Rates of a toy whose distortion asks for little: its loss is 10 exp(-R / 100) and the term.

    Without the constraint the rate would fall to 0; with it the multiplier must converge to
    1 - 0.1 exp(-2 / 100) = 0.902.
    """
    term = MDRConstraint(2.0, damping=damping)
    loc = tf.Variable(0.1 * tf.random.stateless_normal([8, 4], [0, 1]))
    raw = tf.Variable(tf.ones([8, 4]) * 0.54)
    variables = [loc, raw, term.raw_multiplier.value]

    @tf.function
    def train():
        rates = tf.TensorArray(tf.float32, steps)
        for i in tf.range(steps):
            with tf.GradientTape() as tape:
                q = normal(0.0, 1.0).copy(loc=loc, scale=tf.math.softplus(raw) + 1e-6)
                penalty = term(posterior=q, prior=standard_normal(), training=True)
                kl = q.kl_divergence(standard_normal())
                R = tf.reduce_mean(tf.reduce_sum(kl, axis=-1))
                loss = 10.0 * tf.exp(-R / 100.0) + penalty
            for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
                variable.assign_sub(0.05 * gradient)
            rates = rates.write(i, R)
        return rates.stack()

    return train().numpy(), float(term.multiplier)


def test_damped_the_toy_converges_to_the_target_and_undamped_it_oscillates():
    oscillating, _ = rates_of_a_toy(damping=0.0)
    assert np.ptp(oscillating[-500:]) > 1.0
    converged, multiplier = rates_of_a_toy(damping=2.0)
    np.testing.assert_allclose(converged[-500:], 2.0, rtol=0.02)
    np.testing.assert_allclose(multiplier, 1.0 - 0.1 * np.exp(-0.02), rtol=0.02)


def test_logs_the_multiplier_and_the_gap():
    term = MDRConstraint(30.0)
    value_and_gradients(term)
    np.testing.assert_allclose(term.trackers["multiplier"].result(), 1.01, rtol=1e-5)
    np.testing.assert_allclose(term.trackers["gap"].result(), 30.0 - RATE, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_nats", 0.0),
        ("rate_nats", -1.0),
        ("rate_nats", float("nan")),
        ("rate_nats", "40"),
        ("initial_multiplier", 0.0),
        ("multiplier_step", 0.0),
        ("multiplier_step", float("inf")),
        ("damping", -0.1),
        ("damping", None),
    ],
)
def test_bad_options_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number.*Received: {name}="):
        MDRConstraint(**{"rate_nats": 1.0, name: value})
