"""Pictures of the latent space of a run: which dimensions are used, and where examples lie."""

import collections
import re

import numpy as np

from keras_vae_collapse.diagnostics.html_page import BLUE, GREEN, GREY, INK, ORANGE, PURPLE
from keras_vae_collapse.diagnostics.report_plots import svg
from keras_vae_collapse.tensorboard.rate_history import SCALE_NATS, draw_heat_map

_POINTS = 1500
_KINDS = ((BLUE, "o"), (ORANGE, "^"), (GREEN, "s"), (PURPLE, "D"), (INK, "v"))


def latent_pictures(run):
    """`(caption, SVG)` of each picture that the files of a `RunRecord` allow."""
    pictures = []
    if run.rates:
        pictures.append(
            (
                "Rate of each dimension of z over the epochs, the most used one on top. Dark: the "
                "posterior is the prior.",
                _heat_map(run.rates),
            )
        )
        last = max(run.rates)
        pictures.append((f"Rate of each dimension after epoch {last}.", _bars(run.rates[last])))
    if run.latents is not None and len(run.latents[0]) > 2 and run.latents[0].shape[1] > 1:
        vectors, columns, rows = run.latents
        columns, rows = with_attributes(columns, rows)
        column = labelling_column(rows)
        kind = "" if column is None else f", by {columns[column]}"
        labels = None if column is None else [row[column] for row in rows]
        pictures.append(
            (
                f"Posterior means of {len(rows):,} development examples{kind}, seen along their "
                "two directions of largest variance.",
                _scatter(vectors, labels),
            )
        )
    return pictures


def labelling_column(rows):
    """The column of labels that tells the most points apart by a few values, or `None`.

    The first with two to five values; else the one whose five most frequent values are the labels
    of most points, where that is at least a third.
    """
    best, share = None, 0.0
    for column, values in enumerate(zip(*rows, strict=True)):
        counts = collections.Counter(values)
        if 2 <= len(counts) <= len(_KINDS):
            return column
        found = sum(n for _, n in counts.most_common(len(_KINDS))) / len(values)
        if len(counts) > 1 and found >= 1 / 3 and found > share:
            best, share = column, found
    return best


def with_attributes(columns, rows):
    """Labels with a further column for each attribute of cells such as `case=ABL,num=SG`."""
    columns, rows = list(columns), [list(row) for row in rows]
    for place, column in enumerate(list(columns)):
        found = [dict(re.findall(r"([^,;=]+)=([^,;=]+)", row[place])) for row in rows]
        if not all(found):
            continue
        for name in dict.fromkeys(name for attributes in found for name in attributes):
            columns.append(f"{name} of {column}")
            for row, attributes in zip(rows, found, strict=True):
                row.append(attributes.get(name, "-"))
    return columns, rows


def principal_plane(vectors):
    """Points `(N, 2)` along the two directions of largest variance, and the share of each."""
    centred = vectors - vectors.mean(axis=0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    variances = singular**2
    return centred @ directions[:2].T, variances[:2] / max(variances.sum(), 1e-30)


def _heat_map(rates):
    order = np.argsort(rates[max(rates)])[::-1]

    def draw(axes):
        image = draw_heat_map(axes, rates, order, first_dimension=1)
        axes.figure.colorbar(image, ax=axes, label="rate (nats)").outline.set_visible(False)
        axes.set_ylabel("dimension, sorted")

    return svg(draw)


def _bars(rates):
    now = np.sort(rates)[::-1]

    def draw(axes):
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        axes.bar(np.arange(1, len(now) + 1), now, width=0.85, color=BLUE)
        axes.set_ylim(0.0, max(1.05 * now[0], SCALE_NATS))
        axes.set(xlabel="dimension, sorted", ylabel="rate (nats)")
        axes.set_title(f"together {now.sum():.3g} nats", fontsize=9)

    return svg(draw)


def _scatter(vectors, labels):
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), _POINTS)).astype(int))
    points, shares = principal_plane(vectors)
    points = points[chosen]
    kinds = np.array(["" if labels is None else labels[i] for i in chosen], object)
    common = [kind for kind, _ in collections.Counter(kinds).most_common(len(_KINDS))]

    def draw(axes):
        others = ~np.isin(kinds, common)
        if others.any():
            _dots(axes, points[others], GREY, ".", "others")
        for kind, (colour, marker) in zip(common, _KINDS, strict=False):
            _dots(axes, points[kinds == kind], colour, marker, _short(kind))
        axes.set_xlabel(f"first direction, {shares[0]:.0%} of the variance")
        axes.set_ylabel(f"second, {shares[1]:.0%}")
        if labels is not None:
            axes.legend(
                frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8,
                ncols=2, markerscale=1.6, handletextpad=0.2, columnspacing=1.0,
            )  # fmt: skip

    return svg(draw, (3.6, 3.4))


def _dots(axes, points, colour, marker, label):
    axes.plot(
        *points.T, marker, color=colour, label=label, markersize=3.2, alpha=0.6, markeredgewidth=0
    )


def _short(text):
    return text if len(text) <= 28 else text[:27] + "…"
