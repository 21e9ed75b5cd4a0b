"""The curvature of each distortion against the Fisher information, made of its derivative."""

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.output_kinds import KINDS

CHANGE = np.array([0.3, -0.5, 0.2])  # its sum is 0: what are probabilities stay so


@pytest.mark.parametrize("kind", KINDS[:4], ids=lambda kind: kind.name)
def test_the_square_of_a_whitened_change_is_the_mean_square_of_its_slope(kind):
    of_probabilities = np.array([0.2, 0.5, 0.3])
    outputs = of_probabilities if "probabilities" in kind.name else np.array([0.4, -1.0, 2.0])
    p = kind.mean(outputs)
    if kind.categorical:
        slopes = np.array([kind.derivative(outputs, target) @ CHANGE for target in np.eye(3)])
        expected = p @ slopes**2
    else:
        of_one, of_zero = ((kind.derivative(outputs, t) * CHANGE) ** 2 for t in (1.0, 0.0))
        expected = np.sum(p * of_one + (1.0 - p) * of_zero)
    assert np.sum(kind.whitened(outputs, CHANGE) ** 2) == pytest.approx(expected)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_derivative_is_that_of_the_nats(kind):
    outputs = np.array([0.2, 0.5, 0.3] if "probabilities" in kind.name else [0.4, -1.0, 2.0])
    target = np.eye(3)[1] if kind.categorical else np.array([0.0, 1.0, 0.0])
    # Probabilities of categories are moved within those whose sum is 1.
    move = 1e-6 * CHANGE
    nats = [kind.nats(outputs + step, target) for step in (move, -move)]
    slope = kind.derivative(outputs, target) * CHANGE
    slope = slope.sum() if kind.categorical else slope
    np.testing.assert_allclose((nats[0] - nats[1]) / 2e-6, slope, rtol=1e-5)


def log_softmax(values):
    return values - np.log(np.sum(np.exp(values)))


P, LOGITS = np.array([0.2, 0.5, 0.3]), np.array([0.4, -1.0, 2.0])
BITS = np.array([0.0, 1.0, 0.0])
CLOSED = {
    "categorical, from logits": (LOGITS, np.eye(3)[1], -log_softmax(LOGITS)[1]),
    "categorical, from probabilities": (3.0 * P, np.eye(3)[1], -np.log(0.5)),
    "binary, from logits": (
        LOGITS,
        BITS,
        [np.log1p(np.exp(0.4)), np.log1p(np.e), np.log1p(np.exp(2.0))],
    ),
    "binary, from probabilities": (P, BITS, -np.log([0.8, 0.5, 0.7])),
    "squared error": (LOGITS, BITS, [0.08, 2.0, 2.0]),
    "absolute error": (LOGITS, BITS, [0.4, 2.0, 2.0]),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nats_are_those_of_the_closed_form(kind):
    outputs, targets, nats = CLOSED[kind.name]
    np.testing.assert_allclose(kind.nats(outputs, targets), nats)


def test_means_are_the_probabilities_that_outputs_stand_for():
    means = {kind.name: kind.mean(CLOSED[kind.name][0]) for kind in KINDS}
    np.testing.assert_allclose(means["categorical, from logits"], np.exp(log_softmax(LOGITS)))
    np.testing.assert_allclose(means["categorical, from probabilities"], P)
    np.testing.assert_allclose(means["binary, from logits"], 1.0 / (1.0 + np.exp(-LOGITS)))
    np.testing.assert_array_equal(means["binary, from probabilities"], P)
    np.testing.assert_array_equal(means["squared error"], LOGITS)


def test_errors_have_noise_of_1_and_a_slope_of_1_at_most():
    squared, absolute = KINDS[4:]
    np.testing.assert_array_equal(squared.whitened(LOGITS, CHANGE), CHANGE)
    np.testing.assert_array_equal(absolute.whitened(LOGITS, CHANGE), CHANGE)
    np.testing.assert_array_equal(
        absolute.derivative(LOGITS, LOGITS - [0.1, 0.0, -9.0]), [1, 0, -1]
    )


def test_outputs_at_the_end_of_their_range_have_finite_nats():
    logits, probabilities, binary_logits, binary, *_ = KINDS
    certain = np.array([1000.0, 0.0])
    assert logits.nats(certain, np.eye(2)[0]) == 0.0
    assert logits.nats(certain, np.eye(2)[1]) == pytest.approx(-np.log(1e-30))
    np.testing.assert_array_equal(logits.derivative(certain, np.eye(2)[1]), [1.0, -1.0])
    least = -np.log(1e-7)
    assert probabilities.nats(np.array([1.0, 0.0]), np.eye(2)[1]) == pytest.approx(least)
    np.testing.assert_allclose(binary.nats(np.array([0.0, 1.0]), np.array([1.0, 0.0])), least, 1e-6)
    np.testing.assert_allclose(binary_logits.nats(np.array([1000.0]), np.array([0.0])), 1000.0)
    slope = probabilities.derivative(np.array([1.0, 0.0]), np.eye(2)[1])
    np.testing.assert_allclose(slope, [1.0, 1.0 - 1e7])
    assert np.isfinite(probabilities.derivative(np.zeros(2), np.eye(2)[1])).all()
    np.testing.assert_allclose(binary.derivative(np.array([0.0]), np.array([1.0])), -1e7, 1e-6)
