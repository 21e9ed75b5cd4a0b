"""The figures of `metrics.json` for the page of a run."""

import numbers

from keras_vae_collapse.diagnostics.html_page import figure_list, folded
from keras_vae_collapse.metrics.figures import FIGURES


def figures_section(run, part="dev"):
    """The figures of the weights that are kept, those of parts of the set folded away.

    Before there are any it is empty.

    Args:
        run: a `RunRecord`.
        part: the entry of `metrics.json`, also `"held_out"`.
    """
    dev = run.metrics.get(part)
    if not isinstance(dev, dict):
        return ""
    beam = dev.get("beam") if isinstance(dev.get("beam"), dict) else {}
    in_beam, size = f"beam {beam.get('width')}: ", dev.get("examples")
    rows = [
        *_numbers(_without_counts(dev, size)),
        *_numbers(_without_counts(beam, size), in_beam),
        *_of_latent(dev),
    ]
    parts = [*_parts(dev), *_parts(beam, in_beam)]
    return figure_list(rows) + (folded("of parts of the set", figure_list(parts)) if parts else "")


def _numbers(figures, prefix=""):
    """The task's own figures, and none that the table of figures has."""
    for name, value in figures.items():
        if name not in FIGURES and isinstance(value, numbers.Real) and name != "width":
            label = prefix + _label(name)
            yield label, f"{value:,d}" if isinstance(value, int) else f"{value:,.4f}", label


def _without_counts(figures, size):
    """Without the numbers of examples, which are the same in all."""
    return {n: v for n, v in figures.items() if n in FIGURES or type(v) is not int or v != size}


def _parts(figures, prefix="", depth=3):
    for name, value in figures.items():
        if isinstance(value, dict) and name != "beam" and depth:
            yield from _numbers(value, f"{prefix}{_label(name)}: ")
            yield from _parts(value, f"{prefix}{_label(name)}: ", depth - 1)


def _label(name):
    return str(name).replace("_", " ")


def _of_latent(figures):
    for name, figure in FIGURES.items():
        value = figures.get(name)
        if isinstance(value, numbers.Real):
            yield figure.title, figure.show(value), figure.meaning
