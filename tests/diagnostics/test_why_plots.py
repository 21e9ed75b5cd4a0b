"""The numbers and pictures of an explanation: their data, by hand."""

import numpy as np
import pytest
from made_report import drawn

from keras_vae_collapse.diagnostics import why_plots
from keras_vae_collapse.diagnostics.why_plots import why_figures


@pytest.fixture
def axes_of(monkeypatch):
    def draw(**figures):
        with drawn(monkeypatch, why_plots) as axes:
            captions = [caption for caption, _ in why_plots.why_plots(figures)]
        assert len(captions) == len(axes)
        return axes

    return draw


def test_numbers_are_those_that_were_measured():
    found = why_figures({"rate_nats": 1234.5678, "relative_weight": 0.0, "z_worth_nats": None})
    assert [row[:2] for row in found] == [("rate R", "1,234.568"), ("weight of the rate", "0.000")]


@pytest.mark.parametrize(
    ("figures", "count"),
    [
        ({}, 0),
        ({"worth_by_position": np.ones(1)}, 0),
        ({"worth_by_position": np.ones(2)}, 1),
        ({"singular_values": np.ones(1)}, 1),
        ({"singular_values": []}, 0),
        ({"eigenvalues": [2.0]}, 1),
        ({"eigenvalues": np.ones(0)}, 0),
    ],
)
def test_there_is_a_picture_of_each_that_has_something_to_show(axes_of, figures, count):
    assert len(axes_of(**figures)) == count


@pytest.mark.parametrize(
    ("worth", "heights", "label"),
    [
        (np.arange(3.0), [0.0, 1.0, 2.0], "position"),
        (np.ones(64), [1.0] * 64, "position"),
        (np.ones(65), [2.0] * 32 + [1.0], "position, 2 added up"),
        (np.ones(129), [3.0] * 43, "position, 3 added up"),
    ],
)
def test_of_more_than_64_positions_neighbours_are_added_up(axes_of, worth, heights, label):
    (axes,) = axes_of(worth_by_position=worth)
    width = -(-len(worth) // len(heights))
    assert [bar.get_height() for bar in axes.patches] == heights
    middles = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches]
    np.testing.assert_allclose(middles, width * np.arange(len(heights)), atol=1e-9)
    assert axes.get_xlabel() == label and list(axes.lines[0].get_ydata()) == [0.0, 0.0]


def points(axes):
    line = next(line for line in axes.lines if line.get_marker() == "o")
    return line.get_xydata().tolist()


def level(axes):
    return next(line for line in axes.lines if line.get_linestyle() == ":").get_ydata()[0]


def test_a_spectrum_is_on_a_logarithmic_axis_that_shows_all_of_it_and_its_level(axes_of):
    singular, eigen = axes_of(
        singular_values=[4.0, 0.5, 0.0], eigenvalues=[9.0, 2.0], relative_weight=30.0
    )
    assert points(singular) == [[1.0, 4.0], [2.0, 0.5], [3.0, 1e-4]] and level(singular) == 1.0
    assert singular.get_yscale() == "log" and singular.get_ylabel() == "singular value"
    assert singular.get_ylim() == pytest.approx((0.5e-4, 8.0))
    (stems,) = singular.collections
    assert [segment[:, 1].tolist() for segment in stems.get_segments()] == [
        [1e-4, 4.0], [1e-4, 0.5], [1e-4, 1e-4],
    ]  # fmt: skip
    # Of eigenvalues the level is the weight of the rate.
    assert points(eigen) == [[1.0, 9.0], [2.0, 2.0]] and level(eigen) == 30.0
    assert eigen.get_ylim() == pytest.approx((0.05, 60.0))


@pytest.mark.parametrize(("weight", "line"), [(None, 1.0), (0.02, 0.02)])
def test_a_weight_that_is_not_known_is_1(axes_of, weight, line):
    (axes,) = axes_of(eigenvalues=[9.0], relative_weight=weight)
    assert level(axes) == line
    assert axes.get_ylim() == pytest.approx((min(line, 0.1) / 2, 18.0))


@pytest.mark.parametrize(("singular", "shown"), [(3, 8), (8, 8), (12, 12)])
def test_as_many_eigenvalues_are_shown_as_there_are_directions_and_8_at_least(
    axes_of, singular, shown
):
    *_, axes = axes_of(singular_values=np.ones(singular), eigenvalues=np.ones(40))
    assert len(points(axes)) == shown
    (axes,) = axes_of(eigenvalues=np.ones(40))
    assert len(points(axes)) == 8
