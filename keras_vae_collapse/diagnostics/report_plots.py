"""The pictures of a collapse report, as SVG text that goes into an HTML page."""

import io

import numpy as np

from keras_vae_collapse.diagnostics.dimensions import STATES
from keras_vae_collapse.diagnostics.html_page import BLUE, GREY, INK, MUTED, ORANGE, themed

COLOURS = dict(zip(STATES, (BLUE, GREY, ORANGE), strict=True))


def kl_per_dimension_plot(report):
    """Bars of the KL (or, under a joint prior, the information) of each dimension, sorted."""
    values = [d.information_nats if d.kl_nats is None else d.kl_nats for d in report.dimensions]
    joint = report.dimensions[0].kl_nats is None
    order = np.argsort(values)[::-1]

    def draw(axes):
        positions = np.arange(len(order))
        for state in STATES:
            chosen = [i for i, d in enumerate(order) if report.dimensions[d].state == state]
            if chosen:
                axes.bar(
                    positions[chosen],
                    [max(values[order[i]], 0.0) for i in chosen],
                    color=COLOURS[state],
                    label=state,
                    width=0.85,
                )
        axes.set_xlabel("dimension, sorted")
        axes.set_ylabel("information (nats)" if joint else "KL (nats)")
        axes.set_xlim(-0.7, len(order) - 0.3)
        if len(order) <= 24:
            axes.set_xticks(positions, [str(d) for d in order])
        _legend(axes)

    return svg(draw)


def signal_and_noise_plot(report):
    """Variance of each posterior mean against the mean posterior variance, both logarithmic."""
    floor = 1e-6

    def draw(axes):
        for state in STATES:
            chosen = [d for d in report.dimensions if d.state == state]
            if chosen:
                axes.scatter(
                    [max(d.noise_variance, floor) for d in chosen],
                    [max(d.mean_variance, floor) for d in chosen],
                    color=COLOURS[state],
                    label=state,
                    s=28,
                    alpha=0.75,
                    linewidths=0,
                    clip_on=False,
                )
        axes.set_xscale("log")
        axes.set_yscale("log")
        low = min(axes.get_xlim()[0], axes.get_ylim()[0], report.thresholds.active_variance / 2)
        high = max(axes.get_xlim()[1], axes.get_ylim()[1])
        axes.plot([low, high], [low, high], color=MUTED, linewidth=0.8, zorder=0)
        axes.axhline(report.thresholds.active_variance, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        axes.set_xlabel(r"noise, $E_x[\sigma_d^2]$")
        axes.set_ylabel(r"signal, $Var_x[\mu_d]$")
        _legend(axes)

    return svg(draw)


def rate_histogram(report):
    """Histogram of the KL of each example."""

    def draw(axes):
        axes.hist(report.rate_per_example, bins=40, color=BLUE)
        mean = float(np.mean(report.rate_per_example))
        axes.axvline(mean, color=INK, linewidth=1)
        axes.annotate(
            f"mean {mean:.2f}",
            (mean, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )
        axes.set_xlabel("KL of an example (nats)")
        axes.set_ylabel("examples")

    return svg(draw)


def _legend(axes):
    axes.legend(
        frameon=False,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(STATES),
        handletextpad=0.4,
        columnspacing=1.2,
    )


def svg(draw, size=(3.6, 3.0)):
    """A picture as SVG text that takes on the colours of its page; `draw(axes)` draws it.

    Args:
        draw: a function of Matplotlib's axes.
        size: width and height in inches, of letters of 9 points.
    """
    # The object interface: no global state, so a caller's own figures and backend stay as they are.
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style = {
        "svg.fonttype": "none",
        "svg.hashsalt": "keras_vae_collapse",
        "font.family": "sans-serif",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        **dict.fromkeys(
            ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK
        ),
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    # Without the XML header, which HTML does not take.
    return themed(text[text.index("<svg") :])
