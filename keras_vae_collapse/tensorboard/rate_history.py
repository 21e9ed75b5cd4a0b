"""The rate of every latent dimension over the epochs: its file, and its heat map."""

import numpy as np

from keras_vae_collapse.core.files import write_text

# Scales reach at least this rate: up to its own maximum a collapsed model looks like any other.
SCALE_NATS = 0.1


def write_rates(path, history):
    """Writes `{epoch from 1: [nats of each dimension]}` as tab-separated text."""
    size = len(next(iter(history.values())))
    lines = ["\t".join(["epoch", *(f"z{d}" for d in range(size))])]
    for epoch, row in history.items():
        lines.append("\t".join([str(epoch), *(f"{rate:.6g}" for rate in row)]))
    write_text(path, "\n".join(lines) + "\n")


def read_rates(path):
    """What `write_rates` has written, `{}` without the file.

    Raises:
        ValueError: an entry is no number, or rows differ in length.
    """
    if not path.is_file():
        return {}
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its rows differ in length")
    return {int(epoch): [float(rate) for rate in rates] for epoch, *rates in rows}


def draw_heat_map(axes, history, order=None, first_dimension=0):
    """Draws the history into Matplotlib axes; returns the image, for a colour bar.

    Args:
        axes: Matplotlib axes.
        history: `{epoch from 1: [nats of each dimension]}`; an epoch that is missing stays white.
        order: the dimensions from top to bottom; `None` as they are.
        first_dimension: the number of the top row.
    """
    from matplotlib.ticker import MaxNLocator

    first, last = min(history), max(history)
    size = len(history[last])
    unknown = np.full(size, np.nan)
    rates = np.array([history.get(e, unknown) for e in range(first, last + 1)]).T
    top = first_dimension - 0.5
    image = axes.imshow(
        rates if order is None else rates[order],
        aspect="auto",
        interpolation="nearest",
        vmin=0.0,
        vmax=max(np.nanmax(rates), SCALE_NATS),
        extent=(first - 0.5, last + 0.5, top + size, top),
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    axes.set_xlabel("epoch")
    return image
