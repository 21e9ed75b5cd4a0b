"""Collapse beside cure: rate and development accuracy of some runs over the epochs.

python -m zoo.collapse_picture --runs=runs/base,runs/mdr --output=docs/collapse.png
"""

import argparse
import pathlib
import sys

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import replacing
from keras_vae_collapse.runs.checkpoint import load_checkpoint


def history(run):
    """The record of every epoch of a run, from its newest checkpoint.

    Raises:
        RunError: the run has no checkpoint, or it is damaged.
    """
    files = sorted((pathlib.Path(run) / "checkpoints").glob("epoch-*.npz"))
    if not files:
        raise RunError(f"{run} holds no checkpoint")
    return load_checkpoint(files[-1])[1]["history"]


def draw(histories, path):
    """Draws `{name: history}` to a PNG: rate in training on the left, accuracy on the right."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    panels = (("rate", "rate R (nats per word)"), ("dev_accuracy", "accuracy on unseen words"))
    for axis, (name, label) in zip(axes, panels, strict=True):
        for run, records in histories.items():
            axis.plot([r["epoch"] for r in records], [r[name] for r in records], "o-", label=run)
        axis.set(xlabel="epoch", ylabel=label)
        axis.set_ylim(bottom=0)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
        axis.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=100)
    pyplot.close(figure)


def main(argv=None):
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser("zoo.collapse_picture", description=__doc__)
    parser.add_argument("--runs", required=True, help="run directories joined by commas")
    parser.add_argument("--output", required=True, help="PNG to write")
    options = parser.parse_args(argv)
    try:
        draw({pathlib.Path(r).name: history(r) for r in options.runs.split(",")}, options.output)
    except (RunError, OSError) as error:
        print(f"collapse_picture: {error}", file=sys.stderr)
        return 1
    print(f"written: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
