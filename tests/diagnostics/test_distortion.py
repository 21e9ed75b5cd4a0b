"""What a recognised distortion says of nats."""

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.distortion import Distortion
from keras_vae_collapse.diagnostics.examination.output_kinds import KINDS

KIND = {kind.name: kind for kind in KINDS}


def distortion(name, coefficient, positions=(4, 3), counted=None):
    counted = np.ones((2, int(np.prod(positions))), bool) if counted is None else counted
    return Distortion(KIND[name], coefficient, counted, positions, 0, None, None)


def test_an_average_of_categories_is_brought_to_nats():
    found = distortion("categorical, from logits", 0.25, positions=(4,))
    assert found.nats_per_loss == 4.0 and not found.squared and found.rows == 2
    targets = np.eye(5)[np.zeros((2, 4), int)]
    np.testing.assert_allclose(found.nats(np.zeros((2, 4, 5)), targets), np.log(5.0))
    np.testing.assert_allclose(found.start_nats(targets), np.log(5.0))


def test_a_squared_error_is_in_nats_of_the_gaussian_that_it_implies():
    found = distortion("squared error", 4.0, positions=(3,))
    assert found.nats_per_loss == 1.0 and found.squared
    x = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(found.nats(np.zeros_like(x), x), 4.0 * x**2 / 2)
    np.testing.assert_allclose(found.start_nats(x), 4.0 * x**2 / 2)
    np.testing.assert_allclose(found.whitened(np.zeros_like(x), x), 2.0 * x)


def test_a_binary_output_that_knows_nothing_loses_a_bit():
    found = distortion("binary, from logits", 0.1)
    targets = np.ones((2, 4, 3))
    np.testing.assert_allclose(found.start_nats(targets), np.full((2, 12), np.log(2.0)))
    np.testing.assert_allclose(found.nats(np.zeros((2, 4, 3)), targets), np.log(2.0))
    # The Fisher information of a logit at 0 is 1/4.
    np.testing.assert_allclose(found.whitened(np.zeros((2, 4, 3)), targets), 0.5)


def test_a_loss_may_average_over_axes_all_elements_or_the_mean_length():
    counted = np.zeros((2, 12), bool)
    counted[0, :5] = counted[1, :8] = True
    assert distortion("squared error", 1.0, counted=counted).sizes() == [12.0, 6.5, 4.0, 3.0]


@pytest.mark.parametrize("name", KIND)
def test_only_errors_of_means_leave_the_scale_open(name):
    assert distortion(name, 1.0).squared is name.endswith("error")
