"""The pictures and figures of an explanation: where `z` helps, and how many directions it has."""

import numpy as np

from keras_vae_collapse.diagnostics.html_page import BLUE, MUTED, ORANGE
from keras_vae_collapse.diagnostics.report_plots import svg

_LABELS = (
    ("rate_nats", "rate R", "KL(q(z|x) || p(z)), nats per example"),
    ("information_nats", "mutual information", "of x and z, at most the log of the examples"),
    ("distortion_nats", "distortion D", "nats per example up to a constant, with the right z"),
    ("z_worth_nats", "worth of z", "rise of D with the z of another example"),
    ("history_worth_nats", "worth of the history", "rise of D with another example's history"),
    ("relative_weight", "weight of the rate", "in the loss, for each nat of distortion; 1 is ELBO"),
    (
        "amortisation_gap_nats",
        "amortisation gap",
        "gain of the ELBO with the best posterior of each example",
    ),
)
# Of a larger set of positions (pixels), neighbours are added up.
_MOST_BARS = 64


def why_figures(figures):
    """`(label, value as text, what it says)` of the numbers of an explanation."""
    return [
        (label, f"{figures[name]:,.3f}", meaning)
        for name, label, meaning in _LABELS
        if figures.get(name) is not None
    ]


def why_plots(figures):
    """`(caption, SVG)` of each picture that the figures allow."""
    plots = []
    worth = figures.get("worth_by_position")
    if worth is not None and len(worth) > 1:
        plots.append(
            (
                "What z explains, by position: how much more the distortion is there with the z of "
                "another example. Flat at 0: z is not used.",
                _worth_plot(np.asarray(worth, float)),
            )
        )
    values = figures.get("singular_values")
    if values is not None and len(values):
        plots.append(
            (
                "Singular values of the decoder's Jacobian in z, in units of the outputs' noise. "
                "Above the dotted line a direction of z stands out of the noise.",
                _spectrum_plot(np.asarray(values, float), "singular value", BLUE),
            )
        )
    values = figures.get("eigenvalues")
    if values is not None and len(values):
        count = max(len(figures.get("singular_values", ())), 8)
        plots.append(
            (
                "Variances that z could explain, largest first. Above the dotted line, the weight "
                "of the rate, a dimension survives.",
                _spectrum_plot(
                    np.asarray(values, float)[:count],
                    "eigenvalue",
                    ORANGE,
                    figures.get("relative_weight") or 1.0,
                ),
            )
        )
    return plots


def _worth_plot(worth):
    width = -(-len(worth) // _MOST_BARS)
    padded = np.concatenate([worth, np.zeros(-len(worth) % width)]).reshape(-1, width).sum(axis=1)

    def draw(axes):
        axes.bar(np.arange(len(padded)) * width, padded, width=0.85 * width, color=BLUE)
        axes.axhline(0.0, color=MUTED, linewidth=0.8)
        axes.set_xlabel("position" if width == 1 else f"position, {width} added up")
        axes.set_ylabel("worth of z (nats)")

    return svg(draw)


def _spectrum_plot(values, label, colour, line=1.0):
    values = np.maximum(values, 1e-4)

    def draw(axes):
        positions = np.arange(1, len(values) + 1)
        axes.vlines(positions, 1e-4, values, color=colour, linewidth=2)
        axes.plot(positions, values, "o", color=colour, markersize=5)
        axes.axhline(line, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set_yscale("log")
        axes.set_ylim(min(values.min(), line, 0.1) / 2, max(values.max(), line) * 2)
        axes.set_xlabel("direction")
        axes.set_ylabel(label)

    return svg(draw)
