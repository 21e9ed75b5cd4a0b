"""The tables and the pictures of a comparison, of the rows of its `runs.tsv` alone."""

import statistics

from keras_vae_collapse.core.files import write_text
from zoo.claims import claims_table
from zoo.comparison_pictures import draw_curves, draw_heat_maps, draw_sensitivity, factors_of

# Columns that a table has room for, and digits after the point; without figures they are left out.
COLUMNS = (
    ("accuracy", "accuracy", 3),
    ("exact_match", "exact match", 3),
    ("unseen_accuracy", "accuracy, unseen words", 3),
    ("levenshtein", "Levenshtein", 3),
    ("rate_nats", "rate", 2),
    ("distortion_nats", "distortion", 2),
    ("iw_nll_nats", "IW-NLL", 2),
    ("mutual_information_nats", "MI", 2),
    ("active_units", "active units", 1),
    ("z_gap_nats", "z gap", 2),
)
_BEST = ("accuracy", "exact_match", "z_gap_nats")


def parts_of(rows):
    """`{part: {method: [row of each seed]}}` in the order of the rows, done or not."""
    parts = {}
    for row in rows:
        parts.setdefault(row["part"], {}).setdefault(row["method"], []).append(row)
    return parts


def done(rows):
    """Those rows that have figures."""
    return [row for row in rows if row["rate_nats"]]


def values(rows, name):
    """The figures `name` of those rows that have it."""
    return [float(row[name]) for row in rows if row[name]]


def table(methods):
    """A Markdown table of a part: mean and standard deviation over the seeds of each method.

    The best method comes first: by accuracy, or what there is instead of it. `converged` counts
    the seeds whose training ended by itself and not at a limit.
    """
    every = [row for rows in methods.values() for row in done(rows)]
    columns = [column for column in COLUMNS if values(every, column[0])]
    head = ["recipe", "seeds", "converged", *(label for _, label, _ in columns)]
    lines = [_line(head), "|" + "---|" * len(head)]
    by = next((name for name in _BEST if values(every, name)), "rate_nats")
    for method in sorted(methods, key=lambda m: -_mean(methods[m], by)):
        rows = done(methods[method])
        cells = [_cell(values(rows, name), digits) for name, _, digits in columns]
        converged = str(sum(row["converged"] == "yes" for row in rows))
        seeds = f"{len(rows)}" + (
            f" of {len(methods[method])}" * (len(rows) < len(methods[method]))
        )
        lines.append(_line([method, seeds, converged, *cells]))
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _mean(rows, name):
    found = values(rows, name)
    return statistics.mean(found) if found else float("-inf")


def _cell(found, digits):
    if not found:
        return ""
    cell = f"{statistics.mean(found):.{digits}f}"
    return cell + (f" ± {statistics.stdev(found):.{digits}f}" if len(found) > 1 else "")


def _data(methods):
    """A sentence about the data of a part."""
    found = dict.fromkeys(
        (row["data"], row["language"], row["train_examples"], row["dev_examples"])
        for rows in methods.values()
        for row in done(rows)
    )
    named = [
        f"{data}{f', {language}' if language else ''}: {int(train):,} training and {int(dev):,} "
        "development examples"
        for data, language, train, dev in found
    ]
    return "Data: " + ("; ".join(named) or "none of its runs is done") + "."


def write_report(output, rows, command, claims=()):
    """Writes `RESULTS.md` and the pictures of rows as `runs_file.read_rows` gives them.

    Returns:
        The paths of what is there, `runs.tsv` included.
    """
    count = len(done(rows))
    text = [
        "# Results on the development set",
        "Greedy decoding from the posterior mean. Mean ± standard deviation over the seeds; rate, "
        "distortion, IW-NLL, MI and z gap in nats per example.",
        f"Command: `{command}`, {count} of {len(rows)} runs done",
    ]
    if any(row["right"] for row in rows):
        text.insert(2, "Figures are those of development examples that have chosen nothing.")
    paths, knobs = [output / "RESULTS.md", output / "runs.tsv"], []
    for part, methods in parts_of(rows).items():
        text += [f"## {part[:1].upper()}{part[1:]}", _data(methods), table(methods)]
        ended = {method: done(found) for method, found in methods.items() if done(found)}
        if not ended:
            continue
        if factors := factors_of(ended):
            knobs.append(factors)
            continue
        slug = "-".join(part.lower().split())
        if draw_heat_maps(heat := output / f"{slug}-heat.png", ended):
            pictures = [heat]
        else:
            pictures = draw_curves(output, slug, ended)
        text.append("\n".join(f"![{picture.stem}]({picture.name})" for picture in pictures))
        paths += pictures
    if knobs:
        draw_sensitivity(picture := output / "sensitivity.png", knobs)
        paths.append(picture)
        text += ["## Sensitivity", f"![{picture.stem}]({picture.name})"]
    if claims:
        text += ["## Claims", claims_table(claims, rows)]
    text.append("Figures, and the command, of each run: [runs.tsv](runs.tsv)")
    write_text(paths[0], "\n\n".join(text) + "\n")
    return paths
