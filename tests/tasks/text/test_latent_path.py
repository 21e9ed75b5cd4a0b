import numpy as np
import pytest

from keras_vae_collapse.tasks.text.latent_path import latent_path

A, B = np.array([3.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])


@pytest.mark.parametrize("spherical", [False, True])
def test_both_ends_are_on_the_way(spherical):
    path = latent_path(A, B, 5, spherical)
    assert path.shape == (5, 3) and path.dtype == np.float32
    np.testing.assert_allclose(path[[0, -1]], [A, B], atol=1e-6)


def test_the_line_is_straight_and_the_arc_keeps_its_radius():
    np.testing.assert_allclose(latent_path(A, B, 3)[1], [1.5, 0.5, 0.0])
    arc = latent_path(2 * B, [2.0, 0.0, 0.0], 4, spherical=True)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=-1), 2.0, rtol=1e-6)
    np.testing.assert_allclose(arc[1], [1.0, np.sqrt(3.0), 0.0], atol=1e-6)  # 30 degrees


@pytest.mark.parametrize("end", [A, 2 * A, -A, 0 * A])
def test_where_there_is_no_one_arc_the_line_is_taken(end):
    np.testing.assert_array_equal(latent_path(A, end, 5, spherical=True), latent_path(A, end, 5))


def test_a_way_has_two_ends():
    with pytest.raises(ValueError, match="steps=1"):
        latent_path(A, B, 1)
