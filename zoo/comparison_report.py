"""The table and the pictures of a comparison of recipes."""

import collections
import json
import statistics

from keras_vae_collapse.core.files import replacing, write_text

# Of those in `metrics.figures` the ones that a table has room for, and digits after the point.
COLUMNS = (
    ("accuracy", "accuracy", 3),
    ("levenshtein", "Levenshtein", 3),
    ("rate_nats", "rate", 2),
    ("distortion_nats", "distortion", 2),
    ("iw_nll_nats", "IW-NLL", 2),
    ("mutual_information_nats", "MI", 2),
    ("active_units", "active units", 1),
    ("z_gap_nats", "z gap", 2),
)


def read_runs(runs):
    """`{method: [figures of each seed]}` of those runs `[(name, directory), ...]` that are done."""
    methods = collections.defaultdict(list)
    for name, directory in runs:
        if not (directory / "metrics.json").is_file():
            continue
        metrics = json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        methods[name.rsplit("-seed", 1)[0]].append({**metrics["dev"], "config": config})
    return dict(methods)


def table(methods):
    """A Markdown table: mean and standard deviation over the seeds of each method."""
    lines = [
        "| recipe | seeds | " + " | ".join(label for _, label, _ in COLUMNS) + " |",
        "|---|---|" + "---|" * len(COLUMNS),
    ]
    ranked = sorted(methods, key=lambda m: -statistics.mean(f["accuracy"] for f in methods[m]))
    for method in ranked:
        cells = [_cell([f[name] for f in methods[method]], digits) for name, _, digits in COLUMNS]
        lines.append(f"| {method} | {len(methods[method])} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def runs_table(runs):
    """The figures of every run that is done as tab-separated lines, the first one the names."""
    lines = ["\t".join(["run", *(name for name, _, _ in COLUMNS), "best_epoch", "minutes"])]
    for name, directory in runs:
        if (directory / "metrics.json").is_file():
            metrics = json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
            figures = [f"{metrics['dev'][column]:.6g}" for column, _, _ in COLUMNS]
            minutes = f"{metrics['training_minutes']:.1f}"
            lines.append("\t".join([name, *figures, str(metrics["best_epoch"]), minutes]))
    return "\n".join(lines) + "\n"


def _cell(values, digits):
    cell = f"{statistics.mean(values):.{digits}f}"
    return cell + (f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else "")


def write_report(output, runs, command):
    """Writes `RESULTS.md`, `runs.tsv` and two pictures of the runs `[(name, directory), ...]`.

    Returns:
        The paths of what it wrote.
    """
    methods = read_runs(runs)
    done = sum(len(figures) for figures in methods.values())
    first = next(iter(methods.values()))[0]["config"]
    text = "\n\n".join(
        [
            "# Results on the development set",
            f"Data: {first['data']['name']}, {first['data']['language']}, task "
            f"{first['data']['task']}: {first['data']['train_examples']} training and "
            f"{first['data']['dev_examples']} development words. Greedy decoding from the "
            "posterior mean. Mean ± standard deviation over the seeds; rate, distortion, IW-NLL, "
            "MI and z gap in nats per word.",
            f"Command: `{command}`, {done} of {len(runs)} runs done",
            f"Versions: {json.dumps(first['versions'])}",
            table(methods),
            "Figures of each run: [runs.tsv](runs.tsv)",
            "![rate and distortion](rate_distortion.png)\n![accuracy and rate](accuracy_rate.png)",
        ]
    )
    names = ("RESULTS.md", "runs.tsv", "rate_distortion.png", "accuracy_rate.png")
    paths = [output / name for name in names]
    write_text(paths[0], text + "\n")
    write_text(paths[1], runs_table(runs))
    _picture(paths[2], methods, "rate_nats", "distortion_nats", "rate R", "distortion D")
    _picture(paths[3], methods, "rate_nats", "accuracy", "rate R", "accuracy")
    return paths


def _picture(path, methods, x, y, x_label, y_label):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    families = collections.defaultdict(list)
    for method, figures in methods.items():
        families[method.split("@")[0]].append([[f[name] for f in figures] for name in (x, y)])
    figure, axes = pyplot.subplots(figsize=(10, 6), layout="constrained")
    markers = "osD^v<>pPX*hd"
    for i, (family, points) in enumerate(sorted(families.items())):
        style = {"color": pyplot.get_cmap("tab20")(i % 20), "marker": markers[i % len(markers)]}
        for seeds in points:
            axes.plot(*seeds, **style, linestyle="", markersize=4, alpha=0.5)
        means = sorted([statistics.mean(values) for values in seeds] for seeds in points)
        axes.plot(*zip(*means, strict=True), **style, linewidth=1, markersize=8, label=family)
    axes.set_xlabel(f"{x_label} (nats per word)")
    axes.set_ylabel(y_label + ("" if y == "accuracy" else " (nats per word)"))
    axes.grid(alpha=0.3)
    figure.legend(fontsize=8, loc="outside right upper")
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110)
    pyplot.close(figure)
