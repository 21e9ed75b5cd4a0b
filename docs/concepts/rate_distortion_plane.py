"""Draws the picture of `rate_and_distortion.md`: `python docs/concepts/rate_distortion_plane.py`.

The curve is exact. Data are Gaussian with variances `lambda_i` along their principal axes, the
decoder is linear with noise of variance 1. With a weight `beta` of the rate an axis with
`lambda_i > beta` keeps a residual variance of `beta` and costs `log(lambda_i / beta) / 2` nats; the
others cost nothing and keep all of theirs (Lucas et al. 2019, arXiv:1911.02469).
"""

import pathlib

import matplotlib.pyplot as plt
import numpy as np

LAMBDAS = np.array([24.0, 12.0, 6.0, 3.0])
OUTPUT = pathlib.Path(__file__).with_name("rate-distortion-plane.png")


def point(beta):
    """Rate and distortion, nats per example, at a weight of the rate."""
    left = np.minimum(LAMBDAS, beta)
    rate = 0.5 * np.log(LAMBDAS / left).sum()
    distortion = 0.5 * (left + np.log(2.0 * np.pi)).sum()
    return rate, distortion


def main():
    """Writes the picture."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8), dpi=110)
    rates, distortions = np.array([point(beta) for beta in np.geomspace(0.05, 30.0, 400)]).T
    axes.plot(rates, distortions, color="#2563a6", label="a decoder without history")
    axes.fill_between(rates, 0.0, distortions, color="#2563a6", alpha=0.08, linewidth=0)
    for beta, place in ((30.0, (8, -2)), (4.0, (8, 4)), (1.0, (4, 10)), (0.1, (-20, 10))):
        axes.plot(*point(beta), "o", color="#2563a6")
        name = "collapse: weight 24 or more" if beta == 30.0 else f"weight {beta:g}"
        name += ", the ELBO" if beta == 1.0 else ""
        axes.annotate(name, point(beta), xytext=place, textcoords="offset points")
    least = sum(point(1.0))  # the best of the sum: -log p(x), where the model is exact
    axes.plot([0.0, least], [least, 0.0], "--", color="#b45309", label="a strong generator")
    axes.plot(0.0, least, "s", color="#b45309")
    axes.annotate(
        "collapse", (0.0, least), xytext=(6, -16), textcoords="offset points", color="#b45309"
    )
    axes.annotate(
        "held at 6 nats", (6.0, least - 6.0), xytext=(-92, -14), textcoords="offset points",
        color="#b45309",
    )  # fmt: skip
    axes.plot(6.0, least - 6.0, "s", color="#b45309")
    axes.set(xlabel="rate R (nats per example)", ylabel="distortion D (nats per example)")
    axes.set(xlim=(-0.2, 10.5), ylim=(0.0, distortions.max() + 2.0))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper right")
    figure.tight_layout()
    figure.savefig(OUTPUT, metadata={"Software": None})


if __name__ == "__main__":
    main()
