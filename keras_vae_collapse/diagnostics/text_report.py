"""A collapse report as text, and the pieces of text that the HTML page has too."""

import textwrap

from keras_vae_collapse.diagnostics.dimensions import count_states
from keras_vae_collapse.metrics.figures import FIGURES

_COLUMNS = 80
_DIMENSIONS = 10


def render_text(report, command=None):
    """The text of a `CollapseReport` for a terminal; `command` as for its `to_text`."""
    lines = [f"verdict: {report.verdict.upper()}", f"({provenance(report)})", ""]
    for finding in report.findings:
        lines += textwrap.wrap(
            finding, _COLUMNS, initial_indent="- ", subsequent_indent="  ", break_long_words=False
        )
    if report.explanation is not None:
        lines += ["", "why", textwrap.indent(report.explanation.to_text(_COLUMNS - 2), "  ")]
    lines += ["", "figures"]
    lines += [f"  {label:40s}{value:>12s}" for label, value, _ in labelled_figures(report)]
    if report.samples:
        lines += ["", "outputs", *_narrow_table(*sample_table(report.samples))]
    lines += ["", f"dimensions ({state_summary(report)})"]
    header = ("d", "state", "information", "KL", "Var mu", "E sigma^2")
    rows = [row[: len(header)] for row in dimension_rows(report)]
    lines += _table(header, rows[:_DIMENSIONS])
    if len(rows) > _DIMENSIONS:
        more = len(rows) - _DIMENSIONS
        lines.append(f"  and {more} with less information; HTML and JSON have all")
    if report.remedies:
        lines += ["", "what to try, in this order"]
    for number, remedy in enumerate(report.remedies, start=1):
        lines.append(f"  {number}. {remedy.name}")
        lines += [f"     {line}" for line in [remedy.command(command)] if line]
        lines.append(f"     in your own model: {remedy.part}")
    return "\n".join(lines)


def provenance(report):
    """One line that says what the figures were computed on."""
    examples, total = report.figures["examples"], report.total_rows
    drawn = "" if examples == total else f" drawn from {total:,}"
    return f"{examples:,} examples{drawn}, K = {report.figures['num_samples']}, seed {report.seed}"


def labelled_figures(report):
    """`(label, value as text, what it says)` of each figure."""
    return [
        (figure.title, figure.show(report.figures[name]), figure.meaning)
        for name, figure in FIGURES.items()
        if name in report.figures
    ]


def state_summary(report):
    """How many dimensions are in each state, as text."""
    return ", ".join(f"{n} {state}" for state, n in count_states(report.dimensions).items())


def dimension_rows(report):
    """The cells of the table of dimensions, the most informative dimension first."""
    return [
        (
            str(d.index),
            d.state,
            f"{d.information_nats:.3f}",
            "" if d.kl_nats is None else f"{d.kl_nats:.3f}",
            f"{d.mean_variance:.3g}",
            f"{d.noise_variance:.3g}",
            d.why,
        )
        for d in sorted(report.dimensions, key=lambda d: -d.information_nats)
    ]


def sample_table(samples):
    """`(header, rows)` of the outputs; "gold" only where there is any."""
    header = ["input", "gold", "right z", "permuted z", "z from the prior"]
    rows = [[s.label, s.gold, s.right, s.permuted, s.prior] for s in samples]
    if all(sample.gold is None for sample in samples):
        for row in (header, *rows):
            del row[1]
    return header, rows


def _table(header, rows):
    rows = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _narrow_table(header, rows):
    """A table whose widest columns are cut until it fits."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    while sum(widths) + 2 * len(widths) > _COLUMNS:
        widths[widths.index(max(widths))] -= 1

    def cut(row):
        return [
            text if len(text) <= width else text[: width - 1] + "…"
            for text, width in zip(row, widths, strict=True)
        ]

    return _table(cut(header), [cut(row) for row in rows])
