"""Figures of a run as text for a terminal."""

from keras_vae_collapse.metrics.figures import FIGURES

_SHOWN = (
    "distortion_nats", "rate_nats", "iw_nll_nats", "mutual_information_nats", "active_units",
    "z_gap_nats", "prior_gap_nats", "distinct_outputs", "examples",
)  # fmt: skip


def figures_table(task, figures):
    """The figures of `evaluate` as an aligned table, greedy and beam search side by side.

    Args:
        task: the `Task`, which has rows of its own above the latent's and lines below them.
        figures: as `evaluate` returns them.
    """
    beam = figures.get("beam")
    lines = [f"{'':42s}{'greedy':>10s}" + (f"{'beam ' + str(beam['width']):>10s}" if beam else "")]
    for label, cell, beam_cell in task.table(figures):
        lines.append(f"{label:42s}{cell:>10s}" + (f"{beam_cell:>10s}" if beam else ""))
    for name in _SHOWN:
        if name in figures:
            figure = FIGURES[name]
            lines.append(f"{figure.title:42s}{figure.show(figures[name]):>10s}")
    return "\n".join([*lines, *task.details(figures)])


def training_summary(task, run):
    """What training prints last: the figures on the development set and where things are.

    Args:
        task: the `Task`.
        run: the `FinishedRun`.
    """
    files = run.directory
    paths = [files.model, files.export, files.metrics, files.predictions, files.logs]
    paths += [files.checkpoints, *files.rounds()]
    return "\n".join(
        [
            "",
            f"development set, weights of epoch {run.metrics['best_epoch']}",
            figures_table(task, run.metrics["dev"]),
            "",
            "written:",
            *(f"  {path}" for path in paths),
            f"watch:    tensorboard --logdir {files.logs}",
            f"diagnose: kvc-diagnose --model_dir={files.path} --file=FILE",
        ]
    )
