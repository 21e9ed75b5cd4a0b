import numpy as np
import pytest
from matplotlib.figure import Figure

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


def panels(monkeypatch, tmp_path, latents, labels, **options):
    """The axes of the picture and what the t-SNE was asked for; points are the vectors."""
    figures, asked = [], []

    class Plain:
        def __init__(self, **options):
            asked.append(options)

        def fit_transform(self, z):
            return np.repeat(z, 2, axis=1)[:, :2] if z.shape[1] == 1 else z[:, :2]

    savefig = Figure.savefig

    def kept(figure, *args, **kwargs):
        figures.append(figure)
        return savefig(figure, *args, **kwargs)

    monkeypatch.setattr("sklearn.manifold.TSNE", Plain)
    monkeypatch.setattr(Figure, "savefig", kept)
    plot_latents(latents, labels, tmp_path / "x.png", **options)
    return figures[0].axes, asked, figures[0].legends[0]


def test_each_frequent_label_has_its_points_and_all_others_are_grey(monkeypatch, tmp_path):
    labels = [name for i in range(13) for name in [f"label {i}"] * (15 - i)]
    z = np.random.default_rng(0).normal(size=(len(labels), 2))
    (axes,), asked, legend = panels(
        monkeypatch, tmp_path, {"mdr": z}, labels, seed=4, label_name="lemma"
    )
    # The thirteenth label is the rarest.
    others, *coloured = axes.collections
    np.testing.assert_allclose(others.get_offsets(), z[-3:], rtol=1e-6)
    assert [len(points.get_offsets()) for points in coloured] == list(range(15, 3, -1))
    np.testing.assert_allclose(coloured[0].get_offsets(), z[:15], rtol=1e-6)
    assert len({tuple(points.get_facecolor()[0]) for points in axes.collections}) == 13
    assert [text.get_text() for text in legend.get_texts()] == [f"label {i}" for i in range(12)]
    accuracy, chance = nearest_neighbour_accuracy(z, labels)
    assert axes.get_title() == (
        f"mdr\nsame lemma as the nearest neighbour: {accuracy:.1%} (chance {chance:.1%})"
    )
    assert len(axes.get_xticks()) == len(axes.get_yticks()) == 0
    options = {"perplexity": 30.0, "init": "pca", "method": "exact", "random_state": 4}
    assert asked == [options]


@pytest.mark.parametrize(
    ("rows", "size", "given", "perplexity", "init", "method"),
    [
        (31, 2, {}, 10.0, "pca", "exact"),  # a third of the others
        (4, 2, {"perplexity": 0.2}, 1.0, "pca", "exact"),
        (500, 2, {}, 30.0, "pca", "exact"),
        (501, 3, {"perplexity": 5.0}, 5.0, "pca", "barnes_hut"),
        (40, 2, {"constant": True}, 13.0, "random", "exact"),
        (40, 1, {}, 13.0, "random", "exact"),
    ],
)
def test_the_projection_is_one_that_the_rows_allow(
    monkeypatch, tmp_path, rows, size, given, perplexity, init, method
):
    z = np.random.default_rng(0).normal(size=(rows, size))
    z = 0.0 * z if given.pop("constant", False) else z
    _, asked, _ = panels(monkeypatch, tmp_path, {"a": z, "b": z}, ["x"] * rows, **given)
    expected = {"perplexity": perplexity, "init": init, "method": method, "random_state": 0}
    assert asked == [expected] * 2


def test_what_cannot_be_drawn_is_named(tmp_path):
    with pytest.raises(ValueError, match="at least one model"):
        plot_latents({}, [], tmp_path / "x.png")
    with pytest.raises(ValueError, match="seed"):
        plot_latents({"a": np.zeros((2, 2))}, ["x", "x"], tmp_path / "x.png", seed=-1)
    assert not list(tmp_path.iterdir())
