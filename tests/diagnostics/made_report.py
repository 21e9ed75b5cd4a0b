"""A collapse report made by hand, so that each line of it is known; and axes to look at."""

import contextlib

import numpy as np
from matplotlib.figure import Figure

from keras_vae_collapse.diagnostics import CollapseReport, Dimension, SampleOutput, Thresholds
from keras_vae_collapse.diagnostics.remedies import Remedy


def dimension(index, state, information, kl=0.5, mean_variance=0.25, noise_variance=0.5):
    why = f"why {index}"
    return Dimension(
        index, state, information, kl, mean_variance, noise_variance, 0.0, 1.0, False, why
    )


DIMENSIONS = [
    dimension(0, "noisy", 0.01, kl=2.0, noise_variance=9.0),
    dimension(1, "active", 1.5, kl=1.25),
    dimension(2, "inactive", -0.02, kl=3.0, mean_variance=1e-9),
]


def made_report(**changes):
    figures = {"rate_nats": 1234.5, "examples": 1600, "num_samples": 7}
    values = {
        "verdict": "partial",
        "cause": "dimensions",
        "findings": ["It is so."],
        "figures": figures,
        "dimensions": DIMENSIONS,
        "samples": [SampleOutput("in", "out", "out", "other", "out")],
        "remedies": [Remedy("bits", "because", "FreeBitsKL", "free_bits")],
        "rate_per_example": np.array([1.0, 2.0, 6.0]),
        "total_rows": 2000,
        "seed": 3,
        "thresholds": Thresholds(),
    }
    return CollapseReport(**{**values, **changes})


@contextlib.contextmanager
def drawn(monkeypatch, module):
    """Within, pictures are drawn on axes that are yielded in a list, and are not written."""
    axes = []

    def svg(draw, *_):
        axes.append(Figure().add_subplot())
        draw(axes[-1])
        return "<svg/>"

    with monkeypatch.context() as patch:
        patch.setattr(module, "svg", svg)
        yield axes
