"""All that a run directory says of its run, as far as it has come."""

import csv
import dataclasses
import json
import pathlib
import typing

import numpy as np

from keras_vae_collapse.runs.lock import DirectoryLock
from keras_vae_collapse.runs.run_config import read_config
from keras_vae_collapse.tensorboard.event_log import EventLog, read_events
from keras_vae_collapse.tensorboard.rate_history import read_rates

TRAINING, FINISHED, STOPPED = "training", "finished", "stopped"


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """What a run has left in its directory.

    Attributes:
        path: the directory.
        config: what `config.json` holds.
        metrics: what `metrics.json` holds, `{}` before the end.
        state: `"training"`, `"finished"`, or `"stopped"` before the end.
        train, dev: the `EventLog` of training and of the development set, whose steps are epochs
            from 0; those of earlier rounds come before.
        rounds: the last epoch, from 1, of each round but the last.
        rates: mean rate of each dimension, `{epoch from 1: [nats, ...]}`.
        latents: `(vectors, columns, rows)` of the projector, or `None`.
        diagnosis: what `report.json` holds, or `None`; that of a model of earlier is left out.
        missing: sentences, each about what is not there and why.
    """

    path: pathlib.Path
    config: dict
    metrics: dict
    state: str
    train: EventLog
    dev: EventLog
    rounds: tuple[int, ...]
    rates: dict[int, list[float]]
    latents: tuple[np.ndarray, list[str], list[list[str]]] | None
    diagnosis: dict[str, typing.Any] | None
    missing: list[str]

    @property
    def epochs(self):
        """Epochs that are done, those of earlier rounds included."""
        return 1 + max((max(steps) for steps in self.dev.scalars.values()), default=-1)

    @property
    def kept_epoch(self):
        """The epoch, from 1 over all rounds, whose weights were kept; `None` if not known."""
        if not self.metrics.get("best_epoch"):
            return None
        starts, kept = (0, *self.rounds), self.metrics.get("kept_round")
        if kept is None or kept > len(starts):
            return starts[-1] + self.metrics["best_epoch"]
        return starts[kept - 1] + self.metrics["rounds"][kept - 1]["best_epoch"]


def read_run(path) -> RunRecord:
    """Reads a run directory, whatever of it is there yet.

    Args:
        path: of the directory.

    Raises:
        RunError: it is no run directory, or its `config.json` is damaged; the message names it.
    """
    path = pathlib.Path(path)
    config = read_config(path)
    missing: list[str] = []
    metrics = _json(path / "metrics.json", missing)
    held = DirectoryLock(path).is_held()
    state = TRAINING if held else FINISHED if metrics else STOPPED
    if not metrics and not (path / "metrics.json").exists():
        when = "written when training ends" if held else "training has not come to its end"
        missing.append(f"metrics.json, the final figures: {when}")
    *earlier, last = [*sorted(path.glob("round-*")), path]
    train, dev = EventLog({}, {}), EventLog({}, {})
    rounds: list[int] = []
    for folder in (*earlier, last):
        start = rounds[-1] if rounds else 0
        found = read_events(folder / "logs" / "dev")
        _join(train, read_events(folder / "logs" / "train"), start)
        _join(dev, found, start)
        if folder is not last:
            ends = [max(steps) + 1 for steps in found.scalars.values()]
            rounds.append(start + max(ends, default=0))
    logs = path / "logs"
    if not dev.scalars:
        missing.append(f"figures of the epochs: {logs} has none; they come after the first epoch")
    return RunRecord(
        path,
        config,
        metrics,
        state,
        train,
        dev,
        tuple(rounds),
        _rates(logs / "dev" / "rate_per_dimension.tsv", missing),
        _latents(logs / "dev" / "projector", missing),
        _diagnosis(path, metrics, missing),
        missing,
    )


def _join(log, further, start):
    """Adds the values of a round to those of earlier ones, `start` epochs later."""
    for mine, theirs in zip(log, further, strict=True):
        for tag, values in theirs.items():
            later = {step + start: v for step, v in values.items()}
            mine.setdefault(tag, {}).update(later)


def _json(path, missing):
    """The dictionary of a file, `{}` where there is none that can be read."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(value, dict):
            raise ValueError("it is not what a run writes")
        return value
    except (OSError, ValueError) as error:
        missing.append(f"{path.name} is damaged: {error}")
        return {}


def _rates(path, missing):
    try:
        return read_rates(path)
    except (OSError, ValueError) as error:
        missing.append(f"{path} is damaged: {error}")
        return {}


def _latents(folder, missing):
    if not (folder / "latent.tsv").is_file():
        missing.append("the latent space: written when training ends")
        return None
    try:
        vectors = np.loadtxt(folder / "latent.tsv", delimiter="\t", ndmin=2)
        with open(folder / "labels.tsv", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        if len(rows) == len(vectors):  # one column has no header
            rows.insert(0, ["label"])
        if len(rows) != len(vectors) + 1 or any(len(row) != len(rows[0]) for row in rows):
            raise ValueError("labels and vectors do not belong together")
        return vectors, rows[0], rows[1:]
    except (OSError, ValueError) as error:
        missing.append(f"{folder} is damaged: {error}")
        return None


def _diagnosis(path, metrics, missing):
    file = path / "report.json"
    found = _json(file, missing)
    if not found or not metrics:
        return None
    if file.stat().st_mtime < (path / "metrics.json").stat().st_mtime:
        missing.append("the diagnosis: report.json is of an earlier model; run kvc-diagnose again")
        return None
    return found
