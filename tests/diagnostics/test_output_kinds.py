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
