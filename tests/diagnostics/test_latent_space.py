import numpy as np
import pytest

from keras_vae_collapse.diagnostics import nearest_neighbour_accuracy, plot_latents

RNG = np.random.default_rng(0)
LABELS = [f"label {i // 5}" for i in range(100)]


def test_retrieval_is_perfect_for_separate_labels_and_chance_for_noise():
    centres = 50 * RNG.standard_normal((20, 8)).repeat(5, axis=0) + 1e4
    accuracy, chance = nearest_neighbour_accuracy(centres + RNG.standard_normal((100, 8)), LABELS)
    assert accuracy == 1.0
    assert chance == pytest.approx(4 / 99)
    draws = [
        nearest_neighbour_accuracy(RNG.standard_normal((100, 8)), LABELS)[0] for _ in range(100)
    ]
    # 10,000 draws of probability 4 / 99.
    assert abs(np.mean(draws) - 4 / 99) < 5 * np.std(draws) / 10


def test_rows_of_lone_labels_are_neighbours_but_are_not_scored():
    z = np.array([[0.0], [0.3], [0.2], [9.0]])
    accuracy, chance = nearest_neighbour_accuracy(z, ["a", "a", "lone", "other"])
    assert accuracy == 0.0  # the lone row lies between the two
    assert chance == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="no label occurs twice"):
        nearest_neighbour_accuracy(z, list("abcd"))
    with pytest.raises(ValueError, match="4.*3 labels"):
        nearest_neighbour_accuracy(z, list("abc"))


def test_picture_of_two_models_and_of_a_constant_latent(tmp_path):
    from matplotlib.image import imread

    good = 9 * RNG.standard_normal((20, 4)).repeat(5, axis=0) + RNG.standard_normal((100, 4))
    path = tmp_path / "latents.png"
    scores = plot_latents({"mdr": good, "base": np.zeros((100, 4))}, LABELS, path)
    assert scores["mdr"] == nearest_neighbour_accuracy(good, LABELS)
    assert scores["base"][0] < 0.1
    image = imread(path)
    assert image.shape[1] > 1.5 * image.shape[0]
    assert image[..., :3].std() > 0.05  # something is drawn
    assert list(tmp_path.iterdir()) == [path]
