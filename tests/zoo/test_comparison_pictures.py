"""What the pictures of a comparison show, read from the figures that are saved."""

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from zoo.comparison_pictures import draw_curves, draw_heat_maps, draw_sensitivity, factors_of

FIGURES = ("rate_nats", "distortion_nats", "iw_nll_nats", "z_gap_nats", "accuracy", "exact_match")


def row(recipe, rate, accuracy, places="", **figures):
    """A row of `runs.tsv` as far as pictures read it."""
    known = {"rate_nats": rate, "accuracy": accuracy, **figures}
    shown = {name: str(known.get(name, "")) for name in FIGURES}
    return {"recipe": recipe, "places": places, **shown}


@pytest.fixture
def saved(monkeypatch):
    """The figures as they are when they are written, by the names of their files."""
    figures, savefig = {}, Figure.savefig

    def keep(figure, path, **options):
        figures[path.name] = figure
        savefig(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    yield figures
    assert not pyplot.get_fignums()  # all of them are closed


def data(axes, joined):
    """`{label: points}` of the lines of a picture, those that join points or those that do not."""
    return {
        line.get_label(): line.get_xydata().tolist()
        for line in axes.lines
        if (line.get_linestyle() != "None") is joined
    }


def test_runs_are_points_and_the_means_of_one_recipe_a_line_that_goes_with_the_rate(
    saved, tmp_path
):
    methods = {
        "mdr@20": [row("mdr", 20.0, 0.5), row("mdr", 22.0, 0.7)],
        "mdr@10": [row("mdr", 10.0, 0.25)],
        "base, small": [row("base", 1.0, 0.125, "size=small"), row("base", 2.0, "", "size=small")],
        "text": [row("text", 5.0, "", z_gap_nats=3.0)],
    }
    paths = draw_curves(tmp_path, "all", methods)
    assert paths == [tmp_path / "all-z.png", tmp_path / "all-accuracy.png"]
    (axes,) = saved["all-accuracy.png"].axes
    assert data(axes, joined=True) == {
        "base, small": [[1.0, 0.125]],
        "mdr": [[10.0, 0.25], [21.0, pytest.approx(0.6)]],
    }
    points = sorted(point for found in data(axes, joined=False).values() for point in found)
    assert points == [[1.0, 0.125], [10.0, 0.25], [20.0, 0.5], [22.0, 0.7]]
    assert axes.get_ylabel() == "accuracy" and axes.get_xlabel().startswith("rate R")
    (legend,) = saved["all-accuracy.png"].legends
    assert [text.get_text() for text in legend.get_texts()] == ["base, small", "mdr"]
    assert all(line.get_marker() != "None" for line in axes.lines)


AXES = [(size, term) for size in ("small", "large") for term in ("KL", "MDR", "free bits")]


def of_two_axes(recipes=("base",)):
    """Methods on a grid of 2 x 3, whose accuracies are 0, 0.2, 0.36, 0.6, 0.8 and 1 on average."""
    means = (0.0, 0.2, 0.36, 0.6, 0.8, 1.0)
    return {
        f"{size}, {term}": [
            row(recipe, 7.0, mean + spread, f"size={size}; rate term={term}")
            for recipe, spread in zip(recipes * 2, (-0.125, 0.125), strict=False)
        ]
        for (size, term), mean in zip(AXES, means, strict=True)
    }


def test_a_heat_map_has_the_mean_of_each_place_where_its_labels_are(saved, tmp_path):
    assert draw_heat_maps(tmp_path / "heat.png", of_two_axes()) is True
    _, axes = saved["heat.png"].axes  # of rate and accuracy
    (image,) = axes.images
    expected = [[0.0, 0.2, 0.36], [0.6, 0.8, 1.0]]
    np.testing.assert_allclose(image.get_array(), expected, atol=1e-12)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["KL", "MDR", "free bits"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["small", "large"]
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == (
        "accuracy", "rate term", "size",
    )  # fmt: skip
    written = {text.get_position(): (text.get_text(), text.get_color()) for text in axes.texts}
    # Dark writing on the light colours, which are those of the upper half.
    assert written == {
        (0, 0): ("0", "white"), (1, 0): ("0.2", "white"), (2, 0): ("0.36", "white"),
        (0, 1): ("0.6", "black"), (1, 1): ("0.8", "black"), (2, 1): ("1", "black"),
    }  # fmt: skip


def test_a_place_that_is_not_done_stays_empty_in_the_heat_map(saved, tmp_path):
    methods = of_two_axes()
    del methods["large, MDR"]
    assert draw_heat_maps(tmp_path / "heat.png", methods)
    image = saved["heat.png"].axes[1].images[0].get_array()
    assert np.argwhere(~np.isfinite(np.ma.filled(image, np.nan))).tolist() == [[1, 1]]


@pytest.mark.parametrize(
    "methods",
    [
        {"small": [row("base", 1.0, 0.5, "size=small")]},
        {"none": [row("base", 1.0, 0.5)]},
        of_two_axes(("base", "mdr")),
    ],
    ids=["one axis", "no axis", "two recipes"],
)
def test_other_parts_have_no_heat_map(methods, tmp_path):
    assert draw_heat_maps(tmp_path / "heat.png", methods) is False
    assert not (tmp_path / "heat.png").exists()


@pytest.mark.parametrize(
    ("places", "factors"),
    [
        (("times rate=x 2", "times rate=x 0.5"), [0.5, 2.0]),
        (("size=small", "size=large"), []),
        (("times rate=x 2; size=small", "times rate=x 1; size=small"), []),
        (("", ""), []),
    ],
)
def test_factors_are_those_of_one_axis_that_multiplies(places, factors):
    methods = {str(i): [row("mdr", 1.0, 0.5, place)] for i, place in enumerate(places)}
    assert list(factors_of(methods)) == factors


def test_each_recipe_has_a_line_over_what_its_setting_was_multiplied_by(saved, tmp_path):
    parts = [
        {
            0.5: [row(recipe, 1.0, value, f"times {knob}=x 0.5")],
            4.0: [row(recipe, 2.0, value, f"times {knob}=x 4"), row(recipe, 4.0, value + 0.25, "")],
        }
        for recipe, knob, value in (("mdr", "rate_nats", 0.25), ("bn_vae", "gamma", 0.5))
    ]
    draw_sensitivity(tmp_path / "picture.png", parts)
    rates, accuracies = saved["picture.png"].axes
    lines = [line.get_xydata().tolist() for line in rates.lines]
    assert lines[:2] == [[[0.5, 1.0], [4.0, 3.0]]] * 2
    lines = [line.get_xydata().tolist() for line in accuracies.lines]
    assert lines[:2] == [[[0.5, 0.25], [4.0, 0.375]], [[0.5, 0.5], [4.0, 0.625]]]
    for axes in (rates, accuracies):
        assert axes.get_xscale() == "log" and set(axes.lines[2].get_xdata()) == {1.0}
    assert accuracies.get_ylabel() == "accuracy" and "times" in accuracies.get_xlabel()
    (legend,) = saved["picture.png"].legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["mdr, rate_nats", "bn_vae, gamma"]
