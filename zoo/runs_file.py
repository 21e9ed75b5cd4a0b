"""`runs.tsv`: the figures of a comparison, a row a training, whether it came to an end or not."""

import csv
import io
import json

from keras_vae_collapse.core.files import write_text
from zoo.job import RIGHT

FIGURES = (
    "accuracy", "levenshtein", "exact_match", "rate_nats", "distortion_nats", "iw_nll_nats",
    "mutual_information_nats", "active_units", "z_gap_nats", "prior_gap_nats",
)  # fmt: skip
COLUMNS = (
    "part", "method", "recipe", "rate", "places", "data", "language", "train_examples",
    "dev_examples", "seed", "steps", "best_epoch", "converged", "ended_by", *FIGURES,
    "unseen_accuracy", "unseen_count", "command", "right",
)  # fmt: skip
# Columns in which two rows of one training differ.
_PLANNED = ("part", "method", "rate", "places")


def row_of(run, folder, earlier=None):
    """A training as a dictionary of texts, by `COLUMNS`; figures are empty where it is not done.

    The figures are those of the examples held out, where there are any, so that none of them has
    chosen the weights; `right` has a digit for each of them, 1 where the output was right.
    `converged` is `yes` where the figure that chooses the weights had not risen for as many
    epochs as the recipe's `patience` says, and `no` where a limit ended the training before that.

    Args:
        run: a `PlannedRun`.
        folder: its run directory.
        earlier: a row with the figures of the same training, for a folder without `metrics.json`.
    """
    known = {
        "part": run.part, "method": run.method, "recipe": run.recipe.name, "rate": run.rate,
        "places": "; ".join(f"{axis}={label}" for axis, label in run.places.items()),
        "data": run.data["data"], "language": run.data["language"], "seed": run.seed,
        "command": run.command,
    }  # fmt: skip
    metrics = _read(folder / "metrics.json")
    if earlier and not metrics:
        return earlier | {name: _text(value) for name, value in known.items() if name in _PLANNED}
    if metrics:
        dev = metrics.get("held_out") or metrics["dev"]
        data = _read(folder / "config.json").get("data", {})
        unseen = dev.get("unseen") or {}
        known |= {name: dev.get(name) for name in FIGURES}
        known |= {name: metrics.get(name) for name in ("steps", "best_epoch", "ended_by")}
        known |= {name: data.get(name) for name in ("language", "train_examples", "dev_examples")}
        known |= {"unseen_accuracy": unseen.get("accuracy"), "unseen_count": unseen.get("count")}
        right = folder / RIGHT
        known["right"] = right.read_text(encoding="utf-8") if right.is_file() else None
        known["converged"] = "yes" if metrics.get("ended_by") == "patience" else "no"
    return {name: _text(known.get(name)) for name in COLUMNS}


def _read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _text(value):
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def rows_by_command(path):
    """`{command: row}` of the rows of a file that have figures; `{}` without the file."""
    rows = read_rows(path) if path.is_file() else []
    return {row["command"]: row for row in rows if row["rate_nats"]}


def write_rows(path, rows):
    """Writes rows, dictionaries by `COLUMNS`, tab-separated under the names; returns the rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, dialect="excel-tab", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
    return rows


def read_rows(path):
    """The rows of a file that `write_rows` wrote.

    Raises:
        ValueError: it has other columns.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, dialect="excel-tab")
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path} has not the columns of a comparison: {', '.join(COLUMNS)}")
        return list(reader)
