import dataclasses

import numpy as np
import pytest
from keras_vae_collapse.tasks.reinflection.latent_plots import choose_forms, encode_forms

from keras_vae_collapse.diagnostics import nearest_neighbour_accuracy, plot_latents
from keras_vae_collapse.tasks.reinflection.lemmas import lemma_of_forms

RNG = np.random.default_rng(0)
LABELS = [f"lemma{i // 5}" for i in range(100)]


@dataclasses.dataclass
class Row:
    source: str
    target: str


def test_retrieval_is_perfect_for_separate_lemmas_and_chance_for_noise():
    centres = 50 * RNG.standard_normal((20, 8)).repeat(5, axis=0) + 1e4
    accuracy, chance = nearest_neighbour_accuracy(centres + RNG.standard_normal((100, 8)), LABELS)
    assert accuracy == 1.0
    assert chance == pytest.approx(4 / 99)
    draws = [
        nearest_neighbour_accuracy(RNG.standard_normal((100, 8)), LABELS)[0] for _ in range(100)
    ]
    # 10,000 draws of probability 4 / 99.
    assert abs(np.mean(draws) - 4 / 99) < 5 * np.std(draws) / 10


def test_rows_of_lone_lemmas_are_neighbours_but_are_not_scored():
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


def test_lemma_of_task_1_is_the_source_and_forms_of_two_lemmas_are_left_out():
    rows = [Row("yüz", "yüzü"), Row("yüzmek", "yüzü"), Row("ev", "evde"), Row("ev", None)]
    lemmas = lemma_of_forms(rows, task=1)
    assert lemmas == {"yüz": "yüz", "yüzmek": "yüzmek", "ev": "ev", "evde": "ev"}


def test_lemma_of_task_2_is_the_shortest_of_the_forms_that_rows_connect():
    rows = [Row("evler", "evde"), Row("gözün", "gözde"), Row("evi", "evden"), Row("evden", "evler")]
    lemmas = lemma_of_forms(rows, task=2)
    assert {lemmas[form] for form in ("evler", "evde", "evi", "evden")} == {"evi"}
    assert lemmas["gözün"] == lemmas["gözde"] == "gözde"


def test_bad_lemma_sources_are_refused():
    with pytest.raises(ValueError, match="task.*1 or 2.*3"):
        lemma_of_forms([Row("a", "b")], task=3)
    with pytest.raises(ValueError, match="at least one row"):
        lemma_of_forms([Row("a", None)], task=1)


def test_whole_lemmas_are_chosen_within_the_limit():
    lemmas = {f"form{i}": f"lemma{i // 4}" for i in range(40)} | {"alone": "alone"}
    forms = choose_forms(lemmas, max_words=10, seed=0)
    assert len(forms) == 8
    assert len({lemmas[form] for form in forms}) == 2
    assert "alone" not in choose_forms(lemmas, max_words=1000, seed=0)
    assert forms == choose_forms(lemmas, max_words=10, seed=0)


def test_samples_follow_the_posterior_and_means_are_exact():
    class Model:
        def encode(self, forms):
            return np.ones((len(forms), 3)), np.full((len(forms), 3), 2.0)

    forms = ["a"] * 10_000
    np.testing.assert_array_equal(encode_forms(Model(), forms), np.ones((10_000, 3)))
    z = encode_forms(Model(), forms, seed=0)
    assert abs(z.mean() - 1) < 5 * 2 / np.sqrt(z.size)
    assert abs(z.std() - 2) < 5 * 2 / np.sqrt(2 * z.size)
