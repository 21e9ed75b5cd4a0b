"""The rows and the tables of the trainings on sentences."""

import json
import statistics

from keras_vae_collapse.core.files import write_text

# Column, label, digits.
FIGURES = (
    ("perplexity_iw", "perplexity, IW", 2),
    ("perplexity_elbo", "perplexity, ELBO", 2),
    ("iw_nll_nats", "IW-NLL", 2),
    ("rate_nats", "rate", 2),
    ("mutual_information_nats", "MI", 2),
    ("active_units", "active units", 1),
    ("z_gap_nats", "z gap", 2),
    ("exact_match", "exact match", 4),
)
_RUN = ("part", "method", "seed", "best_epoch", "epochs", "ended_by", "training_minutes")
COLUMNS = (*_RUN, *(name for name, _, _ in FIGURES), "num_samples", "command")
_BEGIN, _END = "<!-- sentences: begin -->", "<!-- sentences: end -->"


def title_of(run):
    """The corpus of a `PlannedRun`, which the parts of a plan are named after."""
    return run.part.rpartition("/")[0]


def scores_of(folder, num_samples):
    """The file of the figures of a run."""
    return folder / f"dev-{num_samples}-samples.json"


def row_of(run, folder, num_samples):
    """A run that has been scored as a dictionary of texts, by `COLUMNS`; `None` for another."""
    path = scores_of(folder, num_samples)
    if not (path.is_file() and (folder / "metrics.json").is_file()):
        return None
    known = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    known |= json.loads(path.read_text(encoding="utf-8"))
    known |= {"part": title_of(run), "method": run.method, "seed": run.seed, "command": run.command}
    return {name: _text(known.get(name)) for name in COLUMNS}


def _text(value):
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def tables(rows, command):
    """The section of `RESULTS.md`, in Markdown; the lowest perplexity comes first."""
    text = [
        "## Sentences",
        "Development sets; mean ± standard deviation over the seeds. Perplexities are per word, "
        "the end of a sentence counted as one; IW-NLL, rate, MI and z gap are nats per sentence; "
        f"IW: {rows[0]['num_samples']} importance-weighted samples. `language model` is `base` "
        "without a latent; a number behind `@` is the rate aimed at. Figures of each run: "
        "[sentences.tsv](results/sentences.tsv)",
        f"Command: `{command}`",
    ]
    for part in dict.fromkeys(row["part"] for row in rows):
        methods = {}
        for row in rows:
            if row["part"] == part:
                methods.setdefault(row["method"], []).append(row)
        labels = [label for _, label, _ in FIGURES]
        lines = [
            f"| {' | '.join(['method', 'seeds', *labels])} |",
            "|---" * (2 + len(labels)) + "|",
        ]
        for method in sorted(methods, key=lambda m: statistics.mean(_values(methods[m]))):
            cells = [_cell(_values(methods[method], name), digits) for name, _, digits in FIGURES]
            lines.append(f"| {' | '.join([method, str(len(methods[method])), *cells])} |")
        text += [f"### {part}", "\n".join(lines)]
    return "\n\n".join(text)


def _values(rows, name="perplexity_iw"):
    return [float(row[name]) for row in rows]


def _cell(values, digits):
    cell = f"{statistics.mean(values):.{digits}f}"
    return cell + (f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else "")


def write_results(folder, rows, command):
    """Writes rows and tables; what else is in `RESULTS.md` stays as it is."""
    lines = ["\t".join(COLUMNS), *("\t".join(row.values()) for row in rows)]
    write_text(folder / "results" / "sentences.tsv", "\n".join(lines) + "\n")
    path = folder / "RESULTS.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if _BEGIN not in text:
        text = f"{text.rstrip()}\n\n{_BEGIN}\n{_END}\n".lstrip("\n")
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    write_text(path, f"{before}{_BEGIN}\n\n{tables(rows, command)}\n\n{_END}{after}")
    return path
