"""What the pictures of a latent space show: rates of dimensions, and where examples lie."""

import types

import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae_collapse.training.report import latent_pictures


def test_kinds_past_the_fifth_are_drawn_together_as_others(monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        latent_pictures,
        "_dots",
        lambda axes, points, colour, marker, label: (
            axes.plot([0], [0], label=label),
            drawn.update({label: len(points)}),
        ),
    )
    sizes = {"a": 9, "b": 8, "c": 7, "d": 6, "e": 5, "f": 2, "g": 1}
    labels = [kind for kind, size in sizes.items() for _ in range(size)]
    vectors = np.random.default_rng(0).normal(size=(len(labels), 3))
    latent_pictures._scatter(vectors, labels)
    assert drawn == {"others": 3, **{kind: sizes[kind] for kind in "abcde"}}


@pytest.mark.parametrize(("shape", "drawn"), [((3, 2), 1), ((2, 2), 0), ((3, 1), 0)])
def test_a_plane_needs_three_examples_and_two_dimensions(shape, drawn):
    vectors = np.random.default_rng(0).normal(size=shape)
    rows = [[f"word {number}"] for number in range(shape[0])]
    run = types.SimpleNamespace(rates={}, latents=(vectors, ("source",), rows))
    assert len(latent_pictures.latent_pictures(run)) == drawn


@pytest.fixture
def axes(monkeypatch):
    """The axes of every picture, in order."""
    found = []

    def svg(draw, size=None):
        found.append(Figure().add_subplot())
        draw(found[-1])
        return "<svg></svg>"

    monkeypatch.setattr(latent_pictures, "svg", svg)
    return found


def pictures(rates=None, latents=None):
    run = types.SimpleNamespace(rates=rates or {}, latents=latents)
    return [caption for caption, _ in latent_pictures.latent_pictures(run)]


def test_dimensions_come_by_their_last_rate_the_most_used_first(axes):
    captions = pictures({1: [5.0, 3.0, 1.0], 2: [0.0, 4.0, 1.0]})
    assert captions[1] == "Rate of each dimension after epoch 2."
    (image,) = axes[0].images
    assert image.get_array().tolist() == [[3.0, 4.0], [1.0, 1.0], [5.0, 0.0]]
    assert image.get_extent() == [0.5, 2.5, 3.5, 0.5] and image.get_clim() == (0.0, 5.0)
    bars = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in axes[1].patches]
    np.testing.assert_allclose(bars, [(1, 4.0), (2, 1.0), (3, 0.0)])
    assert axes[1].get_ylim() == (0.0, pytest.approx(4.2))
    assert axes[1].get_title() == "together 5 nats"
    assert all(tick == round(tick) for tick in axes[1].get_xticks())


def test_rates_next_to_nothing_do_not_fill_their_scale(axes):
    pictures({1: [0.01, 0.02]})
    assert axes[0].images[0].get_clim() == axes[1].get_ylim() == (0.0, 0.1)


def test_the_plane_is_that_of_the_largest_variance_around_the_mean(axes):
    vectors = 5.0 + 0.01 * np.array([[0, 2, 0], [0, -2, 0], [1, 0, 0], [-1, 0, 0]])
    (caption,) = pictures(latents=(vectors, ("word",), [["a"], ["b"], ["a"], ["b"]]))
    assert caption.startswith("Posterior means of 4 development examples, by word, seen along ")
    # Sums of squares are 8 and 2 hundredths of a hundredth.
    assert axes[0].get_xlabel() == "first direction, 80% of the variance"
    assert axes[0].get_ylabel() == "second, 20%"
    found = {
        line.get_label(): np.abs(100 * line.get_xydata()).round(6).tolist()
        for line in axes[0].lines
    }
    assert found == {"a": [[2, 0], [0, 1]], "b": [[2, 0], [0, 1]]}
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["a", "b"]


def test_points_that_are_all_one_have_no_direction(axes):
    pictures(latents=(np.ones((3, 2)), (), [[]] * 3))
    assert axes[0].get_xlabel() == "first direction, 0% of the variance"


def test_of_many_points_some_are_drawn_the_first_and_the_last_among_them(axes):
    vectors = np.random.default_rng(0).normal(size=(4000, 2))
    vectors[[0, -1]] = [[50.0, 0.0], [-50.0, 0.0]]
    (caption,) = pictures(latents=(vectors, (), [[]] * 4000))
    assert caption.startswith("Posterior means of 4,000 development examples, seen")
    (line,) = axes[0].lines
    assert len(line.get_xdata()) == 1500 and np.ptp(line.get_xdata()) > 99.0
    assert axes[0].get_legend() is None


def test_a_long_label_is_cut(axes):
    labels = ["x" * 28, "y" * 29] * 2
    pictures(latents=(np.eye(4), ("word",), [[label] for label in labels]))
    assert [line.get_label() for line in axes[0].lines] == ["x" * 28, "y" * 27 + "…"]


def spread(*counts):
    """A column of values with these counts."""
    return [str(value) for value, count in enumerate(counts) for _ in range(count)]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ([spread(6)], None),  # one value tells nothing apart
        ([spread(3, 3)], 0),
        ([spread(*[1] * 12), spread(4, 2, 2, 2, 2)], 1),
        ([spread(5, 5, 2), spread(6, 6)], 0),
        ([spread(4, *[1] * 8), spread(6, *[1] * 6)], 1),  # five values have 8 and 10 of 12 points
        ([spread(6, *[1] * 6), spread(4, *[1] * 8)], 0),
        ([spread(*[1] * 14)], 0),  # 5 of 14
        ([spread(*[1] * 15)], 0),  # a third
        ([spread(*[1] * 15), spread(*[1] * 15)], 0),
        ([spread(*[1] * 16)], None),  # 5 of 16
        ([spread(2, 2, 2, 2, 2, 2), spread(12)], 0),
    ],
)
def test_points_are_told_apart_by_the_column_of_few_values(columns, found):
    assert latent_pictures.labelling_column(list(zip(*columns, strict=True))) == found


def test_attributes_of_a_label_are_labels_of_their_own():
    rows = [("ev", "case=ABL,num=SG"), ("at", "num=PL")]
    columns, found = latent_pictures.with_attributes(("form", "label"), rows)
    assert columns == ["form", "label", "case of label", "num of label"]
    assert found == [[*rows[0], "ABL", "SG"], [*rows[1], "-", "PL"]]
    mixed = [("x=1", "ev"), ("y", "at")]
    assert latent_pictures.with_attributes(("a", "b"), mixed) == (["a", "b"], [*map(list, mixed)])
