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
