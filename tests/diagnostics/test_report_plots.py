"""What the pictures of a report show: their data, by hand."""

import dataclasses

import numpy as np
import pytest
from made_report import DIMENSIONS, dimension, drawn, made_report
from matplotlib.colors import to_hex

from keras_vae_collapse.diagnostics import report_plots
from keras_vae_collapse.diagnostics.html_page import BLUE, GREY, ORANGE


@pytest.fixture
def axes_of(monkeypatch):
    def draw(plot, **changes):
        with drawn(monkeypatch, report_plots) as axes:
            plot(made_report(**changes))
        return axes[0]

    return draw


def bars(axes):
    """`(position, height, colour)` of each bar, from left to right."""
    return [
        (round(bar.get_x() + bar.get_width() / 2, 6), bar.get_height(), to_hex(bar.get_facecolor()))
        for bar in sorted(axes.patches, key=lambda bar: bar.get_x())
    ]


def test_bars_are_the_kl_of_each_dimension_the_largest_first_in_the_colour_of_its_state(axes_of):
    axes = axes_of(report_plots.kl_per_dimension_plot)
    assert bars(axes) == [(0.0, 3.0, GREY), (1.0, 2.0, ORANGE), (2.0, 1.25, BLUE)]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "0", "1"]
    assert axes.get_ylabel() == "KL (nats)" and axes.get_xlim() == pytest.approx((-0.7, 2.7))
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["active", "inactive", "noisy"]


def test_bars_under_a_joint_prior_are_of_the_information_and_never_below_0(axes_of):
    joint = [dataclasses.replace(d, kl_nats=None) for d in DIMENSIONS]
    axes = axes_of(report_plots.kl_per_dimension_plot, dimensions=joint)
    assert [height for _, height, _ in bars(axes)] == [1.5, 0.01, 0.0]
    assert axes.get_ylabel() == "information (nats)"


@pytest.mark.parametrize(("count", "named"), [(24, True), (25, False)])
def test_bars_are_named_while_there_is_room(axes_of, count, named):
    many = [dimension(i, "active", 1.0, kl=float(i)) for i in range(count)]
    axes = axes_of(report_plots.kl_per_dimension_plot, dimensions=many)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert (labels == [str(i) for i in reversed(range(count))]) is named


def test_points_are_noise_and_signal_on_equal_logarithmic_axes_with_their_threshold(axes_of):
    axes = axes_of(report_plots.signal_and_noise_plot)
    points = {c.get_label(): c.get_offsets().tolist() for c in axes.collections}
    # What is below a millionth is drawn there.
    assert points == {"active": [[0.5, 0.25]], "inactive": [[0.5, 1e-6]], "noisy": [[9.0, 0.25]]}
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlim() == axes.get_ylim()
    low, high = axes.get_xlim()
    assert 0.0 < low <= 1e-6 and high >= 9.0
    diagonal, threshold = axes.lines
    assert diagonal.get_xydata().tolist() == [[low, low], [high, high]]
    assert list(threshold.get_ydata()) == [0.01, 0.01]


def test_the_threshold_is_in_the_picture_also_where_all_stand_above_it(axes_of):
    # Half of it is the least that is shown.
    axes = axes_of(report_plots.signal_and_noise_plot, dimensions=DIMENSIONS[1:2])
    assert axes.get_xlim()[0] == pytest.approx(0.005)
    silent = [dimension(0, "inactive", 0.0, noise_variance=1e-8)]
    axes = axes_of(report_plots.signal_and_noise_plot, dimensions=silent)
    assert axes.collections[0].get_offsets().tolist() == [[1e-6, 0.25]]


def test_the_histogram_counts_each_example_and_marks_the_mean(axes_of):
    rates = np.array([1.0, 2.0, 6.0, 6.0])
    axes = axes_of(report_plots.rate_histogram, rate_per_example=rates)
    heights = [height for _, height, _ in bars(axes)]
    assert len(heights) == 40 and sum(heights) == 4 and heights[-1] == 2
    assert list(axes.lines[0].get_xdata()) == [3.75, 3.75]
    assert axes.texts[0].get_text() == "mean 3.75" and axes.texts[0].xy == (3.75, 1)


def test_a_picture_has_the_colours_of_its_page_and_leaves_those_of_others_alone():
    import matplotlib

    before = dict(matplotlib.rcParams)
    text = report_plots.svg(lambda axes: axes.bar([0], [1], color=BLUE))
    assert text.startswith("<svg") and f"var(--blue, {BLUE})" in text and "<text" in text
    assert "var(--ink, " in text and "<dc:date>" not in text
    assert dict(matplotlib.rcParams) == before
    # Without the frame above and on the right: two of four sides.
    assert 'id="patch_4"' in text and 'id="patch_6"' not in text
    assert text == report_plots.svg(lambda axes: axes.bar([0], [1], color=BLUE))
