"""Position vectors: their equation."""

import numpy as np
import pytest

from keras_vae_collapse.layers.positions import position_vectors


@pytest.mark.parametrize("dim", [1, 5, 6])
def test_sines_come_first_then_cosines_of_the_same_angles(dim):
    half = (dim + 1) // 2  # an odd size lacks the last cosine
    positions = np.array([0, 1, 7])
    angles = positions[:, None] / 10000.0 ** (np.arange(half) / half)
    expected = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :dim]
    found = position_vectors(positions, dim)
    assert found.shape == (3, dim)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_without_a_size_there_are_32_numbers():
    assert position_vectors(np.arange(3)).shape == (3, 32)
