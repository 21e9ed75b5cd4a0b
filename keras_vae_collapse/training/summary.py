"""Figures of a run as text for a terminal."""

import os
import shlex

from keras_vae_collapse.diagnostics.remedies import UNDECIDED
from keras_vae_collapse.metrics.figures import FIGURES
from keras_vae_collapse.training.report.verdict import use_of_latent

PAGE = "report.html"
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


def _held_out(task, metrics):
    """The table of the examples that have chosen nothing, if there are any."""
    if "held_out" not in metrics:
        return []
    title = "held out, development examples that have chosen nothing"
    return ["", title, figures_table(task, metrics["held_out"])]


def training_summary(task, run):
    """What training prints last: the figures on the development set and where things are.

    Args:
        task: the `Task`.
        run: the `FinishedRun`.
    """
    files = run.directory
    paths = [files.model, files.export, files.metrics, files.predictions, files.logs]
    paths += [files.checkpoints, *files.rounds()]
    page = files.path / PAGE
    return "\n".join(
        [
            "",
            f"development set, {_weights(run.metrics)}",
            figures_table(task, run.metrics["dev"]),
            *_held_out(task, run.metrics),
            "",
            "written:",
            *(f"  {path}" for path in paths),
            *([f"read:     {page}, in a browser"] if page.is_file() else []),
            f"watch:    tensorboard --logdir {files.logs}",
            f"diagnose: {diagnose_command(task, files.path)}",
            *_verdict(run.metrics),
        ]
    )


def _weights(metrics):
    """Which weights a run has kept."""
    if "kept_round" not in metrics:
        return f"weights of epoch {metrics['best_epoch']}"
    kept = metrics["rounds"][metrics["kept_round"] - 1]
    return (
        f"weights of round {kept['round']} of {len(metrics['rounds'])}, epoch {kept['best_epoch']}"
    )


def diagnose_command(task, path):
    """The command that diagnoses a run on its development set, complete."""
    options = task.dev_options()
    if options is None:
        return "keras_vae_collapse.diagnostics.diagnose, from Python"
    return f"kvc-diagnose --model_dir={shlex.quote(os.fspath(path))}{options}"


def _verdict(metrics):
    """What there is to say of a latent that is not used."""
    verdict, sentence = use_of_latent(metrics["dev"], training_steps(metrics))
    if verdict is None:
        return []
    more = "" if verdict == UNDECIDED else ". The last command says where, why and what to try"
    return ["", f"{verdict.upper()}: {sentence}{more}."]


def training_steps(metrics):
    """The optimizer steps of a run, `None` if its `metrics.json` or its teacher's says nothing."""
    return None if "teacher" in metrics else metrics.get("steps")
