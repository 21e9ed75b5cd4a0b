"""MaximumMeanDiscrepancy: closed forms, no bias, its noise, replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from two_replicas import TWO

from keras_vae_collapse.losses import MaximumMeanDiscrepancy

tfd = tfp.distributions
DIM = 4


def estimates(term, loc, scale, size, count, seed=0):
    """Independent estimates of the distance of N(loc, scale^2) from the standard normal."""
    rng = np.random.default_rng(seed)
    z = loc + scale * rng.normal(size=(count, size, DIM))
    u = rng.normal(size=(count, size, DIM))
    draws = tf.constant(z, tf.float32), tf.constant(u, tf.float32)
    found = tf.function(lambda: tf.vectorized_map(lambda pair: term.distance(*pair), draws))()
    return np.asarray(found, np.float64)


def check_mean(values, expected):
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) < 5 * error


@pytest.mark.parametrize("size", [2, 32])
def test_the_estimate_has_the_closed_form_of_gaussians_in_the_mean(size):
    loc, scale = 0.7, 0.5
    term = MaximumMeanDiscrepancy(1.0, kernel="rbf", scales=(0.5, 2.0))
    expected = 0.0
    for h2 in (0.5 * DIM, 2.0 * DIM):  # the kernel's own variance, and those of both draws

        def mean_of_kernel(variance, distance, h2=h2):
            factor = (h2 / (h2 + variance)) ** (DIM / 2)
            return factor * np.exp(-0.5 * DIM * distance**2 / (h2 + variance))

        expected += mean_of_kernel(2 * scale**2, 0.0) + mean_of_kernel(2.0, 0.0)
        expected -= 2 * mean_of_kernel(1 + scale**2, loc)
    check_mean(estimates(term, loc, scale, size, 1000), expected)


def test_equal_distributions_are_at_distance_zero_and_small_batches_are_noisy():
    term = MaximumMeanDiscrepancy(1.0)
    small, large = (estimates(term, 0.0, 1.0, size, 300) for size in (16, 32))
    check_mean(small, 0.0)
    check_mean(large, 0.0)
    # As the docstring says: about 2 / batch in 4 dimensions.
    for values, size in ((small, 16), (large, 32)):
        assert 1.0 / size < values.std() < 4.0 / size


def test_the_kernel_is_the_inverse_multiquadric():
    rng = np.random.default_rng(0)
    z, u = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    term = MaximumMeanDiscrepancy(1.0, scales=(0.5, 3.0))

    def k(a, b):
        squares = ((a[:, None] - b[None]) ** 2).sum(-1)
        return sum(1.0 / (1.0 + squares / (2 * s * 2)) for s in (0.5, 3.0))

    def within(a):
        return (k(a, a).sum() - 2.0 * len(a)) / (len(a) * (len(a) - 1))

    expected = within(z) + within(u) - 2 * k(z, u).mean()
    found = term.distance(tf.constant(z, tf.float32), tf.constant(u, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_draw_of_weight_zero_does_not_count():
    rng = np.random.default_rng(0)
    z, u = (rng.normal(size=(6, 2)).astype("float32") for _ in range(2))
    term = MaximumMeanDiscrepancy(1.0)
    weighted = term.distance(z, u, tf.constant([1.0, 1.0, 1.0, 1.0, 0.0, 0.0]))
    np.testing.assert_allclose(weighted, term.distance(z[:4], u), rtol=1e-4, atol=1e-6)


def test_the_penalty_is_a_part_of_the_rate_and_of_the_distance():
    # Hardly any noise in posterior and prior: the distance is that of two points.
    posterior, prior = tfd.Normal(tf.ones([8, 2]), 1e-3), tfd.Normal(0.0, 1e-3)
    term = MaximumMeanDiscrepancy(10.0, rate_weight=1e-6, scales=(1.0,), seed=0)
    rate = float(tf.reduce_sum(tfd.kl_divergence(posterior, prior)[0]))
    expected = 1e-6 * rate + 10.0 * 2 * (1 - 1 / (1 + 2 / 4))
    found = term(posterior=posterior, prior=prior, training=True)
    np.testing.assert_allclose(found, expected, rtol=1e-2)


def test_a_draw_counts_by_its_weight():
    rng = np.random.default_rng(0)
    z, u = (rng.normal(size=(4, 2)).astype("float32") for _ in range(2))
    w = np.array([2.0, 0.5, 3.0, 1.0])

    def k(a, b):
        return 1.0 / (1.0 + ((a - b) ** 2).sum() / (2 * 2))

    def mean(pairs):
        values, weights = zip(*pairs, strict=True)
        return np.average(values, weights=weights)

    four = range(4)
    expected = mean([(k(z[i], z[j]), w[i] * w[j]) for i in four for j in four if i != j])
    expected -= 2 * mean([(k(z[i], u[j]), w[i]) for i in four for j in four])
    expected += mean([(k(u[i], u[j]), 1.0) for i in four for j in four if i != j])
    term = MaximumMeanDiscrepancy(1.0, scales=(1.0,))
    found = term.distance(z, u, tf.constant(w, tf.float32))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


# Hardly any noise in posterior and prior: the distance is that of two points.
POINTS, DISTANCE = tfd.Normal(tf.ones([8, 2]), 1e-4), 2 * (1 - 1 / (1 + 2 / 4))


def test_a_prior_may_differ_from_example_to_example():
    term = MaximumMeanDiscrepancy(1.0, scales=(1.0,))
    found = term(posterior=POINTS, prior=tfd.Normal(tf.zeros([8, 2]), 1e-4))
    np.testing.assert_allclose(found, DISTANCE, rtol=1e-3)


def test_the_distances_of_two_calls_in_a_batch_add_up():
    class Twice(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.term = MaximumMeanDiscrepancy(1.0, scales=(1.0,))

        def call(self, loc):
            posterior, prior = tfd.Normal(loc, 1e-4), tfd.Normal(0.0, 1e-4)
            return [self.term(posterior=posterior, prior=prior) for _ in range(2)]

    twice = Twice()
    np.testing.assert_allclose(twice(POINTS.loc), [DISTANCE] * 2, rtol=1e-3)
    np.testing.assert_allclose(twice.term.trackers["mmd"].result(), 2 * DISTANCE, rtol=1e-3)


def test_draws_follow_the_seed_and_are_others_in_each_step_of_training_alone():
    q, p = tfd.Normal(tf.zeros([8, 2]), 1.0), tfd.Normal(0.0, 1.0)
    one, again = (MaximumMeanDiscrepancy(1.0, seed=3) for _ in range(2))
    values = [float(one(posterior=q, prior=p, training=t)) for t in (True, False, False, True)]
    assert values[0] != values[1] == values[2] == values[3]
    assert float(again(posterior=q, prior=p, training=True)) == values[0]


def test_two_replicas_compare_all_draws_with_one_another():
    # Without noise: posterior and prior are points, those of the posterior at different places.
    loc = np.random.default_rng(0).normal(size=(12, DIM)).astype("float32")
    found = []
    for devices in (1, 2):
        with TWO.scope():
            term = MaximumMeanDiscrepancy(1.0, seed=0)
            variable = tf.Variable(np.ones(DIM, "float32"), aggregation=tf.VariableAggregation.SUM)

        def step(part, term=term, variable=variable):
            with tf.GradientTape() as tape:
                value = term(
                    posterior=tfd.Normal(part * variable, 1e-4), prior=tfd.Normal(0.0, 1e-4)
                )
            return value, tape.gradient(value, variable)

        if devices == 1:
            found.append([tensor.numpy() for tensor in step(tf.constant(loc))])
        else:
            parts = iter(np.split(loc, [5]))  # uneven
            given = TWO.experimental_distribute_values_from_function(
                lambda _, parts=parts: next(parts)
            )
            value, gradient = TWO.run(tf.function(step), args=(given,))
            value = TWO.experimental_local_results(value)
            np.testing.assert_array_equal(*value)
            # Keras divides by the number of replicas.
            total = sum(TWO.experimental_local_results(gradient)) / 2.0
            found.append([value[0].numpy(), total.numpy()])
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-3, atol=1e-4)


def test_a_latent_at_each_step_is_refused():
    with pytest.raises(ValueError, match="one latent vector for each example"):
        MaximumMeanDiscrepancy(1.0)(
            posterior=tfd.Normal(tf.zeros([2, 3, 4]), 1.0), prior=tfd.Normal(0.0, 1.0)
        )


@pytest.mark.parametrize(
    "change, message",
    [
        ({"weight": -1.0}, "`weight` must be"),
        ({"rate_weight": -1.0}, "`rate_weight` must be"),
        ({"kernel": "linear"}, "`kernel` must be one of 'imq', 'rbf'"),
        ({"scales": ()}, "`scales` must be a list"),
        ({"scales": (1.0, 0.0)}, "`scales` must be a finite number"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        MaximumMeanDiscrepancy(**{"weight": 1.0, **change})
