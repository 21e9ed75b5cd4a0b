"""The tables of a cross-validation."""

import json
import statistics

from keras_vae_collapse.core.files import write_json, write_text
from keras_vae_collapse.tasks.reinflection import load_data, read_predictions
from keras_vae_collapse.tasks.reinflection.form_errors import (
    error_lines,
    error_table,
    form_errors,
)

_FIGURES = (
    ("accuracy", lambda dev: dev["accuracy"]),
    ("accuracy, beam", lambda dev: dev.get("beam", dev)["accuracy"]),
    ("Levenshtein", lambda dev: dev["levenshtein"]),
)


def read_folds(output, folds):
    """`{number: dev figures}` of the folds that are done."""
    found = {}
    for number in range(folds):
        path = output / f"fold-{number}" / "metrics.json"
        if path.is_file():
            found[number] = json.loads(path.read_text(encoding="utf-8"))["dev"]
    return found


def summary(figures):
    """Mean and spread over the folds: `{"rows", "accuracy": {"mean", "deviation"}, ...}`.

    The mean is over folds, not over rows, and the deviation that of a sample, `None` of one fold.
    Under `per_pos` the same for each part of speech, over the folds that have it.

    Args:
        figures: a list of what `metrics.json` says of each fold.
    """
    result = {"rows": sum(dev["count"] for dev in figures)}
    for name, of in _FIGURES:
        values = [of(dev) for dev in figures]
        deviation = statistics.stdev(values) if len(values) > 1 else None
        result[name] = {"mean": statistics.mean(values), "deviation": deviation}
    kinds = sorted({pos for dev in figures for pos in dev.get("per_pos", {})})
    if kinds:
        result["per_pos"] = {pos: summary(_of_kind(figures, pos)) for pos in kinds}
    return result


def _of_kind(figures, pos):
    return [
        {**dev["per_pos"][pos], "beam": dev.get("beam", dev)["per_pos"][pos]}
        for dev in figures
        if pos in dev["per_pos"]
    ]


def table(found):
    """A Markdown table: a row for each fold, then mean and deviation, then the parts of speech."""
    names = [name for name, _ in _FIGURES]
    lines = ["| held out | rows | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for number, dev in found.items():
        cells = " | ".join(f"{of(dev):.4f}" for _, of in _FIGURES)
        lines.append(f"| fold {number} | {dev['count']:,} | {cells} |")
    whole = summary(list(found.values()))
    rows = {"mean": whole, **whole.get("per_pos", {})}
    for label, part in rows.items():
        cells = " | ".join(_cell(part[name]) for name in names)
        lines.append(f"| {label} | {part['rows']:,} | {cells} |")
    return "\n".join(lines)


def _cell(value):
    deviation = value["deviation"]
    return f"{value['mean']:.4f}" + ("" if deviation is None else f" ± {deviation:.4f}")


def fold_errors(output, numbers, data):
    """The `FormError`s of the predictions of some folds, each judged by its own training data.

    Args:
        output: the folder of the cross-validation.
        numbers: of the folds.
        data: `language`, `task` and `added_tasks` of the files.
    """
    errors = []
    for number in numbers:
        folder = output / "data" / f"fold-{number}"
        train, held_out = load_data(folder, **data)
        predictions = read_predictions(output / f"fold-{number}" / "predictions-dev.tsv")
        errors += form_errors(held_out, predictions, train)
    return errors


def write_report(output, described, data):
    """Writes `folds.md`, `folds.json` and `errors.tsv` of the folds that are done.

    Args:
        output: the folder of the cross-validation.
        described: what it is of: `command`, `recipe`, `seed`, `folds`, `rows`, `dropped`.
        data: as for `fold_errors`.

    Returns:
        The paths of the three.
    """
    found = read_folds(output, described["folds"])
    record = {**described, "done": {str(n): dev for n, dev in found.items()}}
    write_json(output / "folds.json", {**record, "summary": summary(list(found.values()))})
    errors, count = fold_errors(output, found, data), sum(dev["words"] for dev in found.values())
    write_text(output / "errors.tsv", error_table(errors))
    lines = "\n".join(error_lines(errors, count))
    text = (
        f"Words that training has not seen: {len(found)} of {described['folds']} folds, recipe "
        f"`{described['recipe']}`, seed {described['seed']}; {described['dropped']:,} rows that "
        f"join two folds are left out. Mean ± standard deviation over the folds.\n\n"
        f"{table(found)}\n\n```\n{lines}\n```\n\n`{described['command']}`\n"
    )
    write_text(output / "folds.md", text)
    return [output / name for name in ("folds.md", "folds.json", "errors.tsv")]
