"""Figures of a run as text for a terminal."""

import os
import shlex

from keras_vae_collapse.diagnostics import Thresholds
from keras_vae_collapse.diagnostics.remedies import COLLAPSED, IGNORED, UNDECIDED
from keras_vae_collapse.diagnostics.verdict import judge_use_of_latent
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
            f"development set, {_weights(run.metrics)}",
            figures_table(task, run.metrics["dev"]),
            "",
            "written:",
            *(f"  {path}" for path in paths),
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
    figures, steps = metrics["dev"], training_steps(metrics)
    verdict = judge_use_of_latent(figures, Thresholds(), steps)
    information, gap = figures["mutual_information_nats"], figures["z_gap_nats"]
    carried = f"z carries {max(information, 0.0):.2f} nats about the input"
    said = {
        COLLAPSED: f"{carried}, next to nothing",
        IGNORED: f"{carried}, but another z costs only {gap:.2f} nats",
        UNDECIDED: f"{carried} after {steps} steps; train longer",
    }
    if verdict is None:
        return []
    more = "" if verdict == UNDECIDED else ". The last command says where, why and what to try"
    return ["", f"{verdict.upper()}: {said[verdict]}{more}."]


def training_steps(metrics):
    """The optimizer steps of a run, `None` if its `metrics.json` or its teacher's says nothing."""
    return None if "teacher" in metrics else metrics.get("steps")
