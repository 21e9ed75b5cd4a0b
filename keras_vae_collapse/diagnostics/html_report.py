"""A collapse report as one HTML page that needs nothing from outside."""

from html import escape

from keras_vae_collapse.diagnostics import text_report
from keras_vae_collapse.diagnostics.report_plots import (
    COLOURS,
    kl_per_dimension_plot,
    rate_histogram,
    signal_and_noise_plot,
)
from keras_vae_collapse.diagnostics.why_plots import why_figures, why_plots

_VERDICT_COLOURS = {
    "healthy": "#1b7f5c",
    "partial": "#a66a00",
    "collapsed": "#b3261e",
    "latent ignored": "#b3261e",
    "too short to judge": "#57606a",
}
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #f6f7f9; margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
section { background: #fff; border: 1px solid #dfe2e6; border-radius: 6px;
  padding: 1rem 1.25rem; margin: 1rem 0; overflow-x: auto; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
.verdict { color: #fff; border-radius: 4px; padding: .1rem .6rem; }
.note { color: #57606a; font-size: .87rem; margin: .3rem 0 0; }
ul, ol { margin: .6rem 0 0; padding-left: 1.3rem; }
li { margin: .25rem 0; }
ol > li { margin: .8rem 0; }
table { border-collapse: collapse; font-size: .87rem; width: 100%; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid #dfe2e6; }
td { border-bottom: 1px solid #eceef1; vertical-align: top; }
th, td { padding: .25rem .7rem .25rem 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
td.state { white-space: nowrap; }
td.label { overflow-wrap: anywhere; min-width: 12rem; }
.good { color: #1b7f5c; }
.bad { color: #b3261e; }
code { font: .87em ui-monospace, monospace; background: #f1f3f5; border-radius: 3px;
  padding: .1em .3em; overflow-wrap: anywhere; }
.figures { columns: 2 22rem; column-gap: 2.5rem; }
.figures div { display: flex; justify-content: space-between; border-bottom: 1px solid #eceef1;
  padding: .2rem 0; break-inside: avoid; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.plots figure { margin: 0; }
.plots svg { width: 100%; height: auto; }
figcaption { font-size: .87rem; color: #57606a; }
.dot { display: inline-block; width: .65em; height: .65em; border-radius: 50%;
  margin-right: .4em; }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def render_html(report, command=None):
    """The page of a `CollapseReport`, a string; `command` as for its `to_text`.

    Every text from outside is escaped.
    """
    sections = [
        _verdict(report),
        _why(report.explanation),
        _figures(report),
        _plots(report),
        _samples(report),
        _remedies(report, command),
        _dimensions(report),
    ]
    title = escape(f"Posterior collapse: {report.verdict}")
    return _PAGE.format(title=title, style=_STYLE, body="\n".join(filter(None, sections)))


def _section(title, body):
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def _table(header, rows):
    """A table of cells that are HTML already."""
    return f"<table><tr>{''.join(header)}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _verdict(report):
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in report.findings)
    return (
        "<section>\n<h1>Posterior collapse: "
        f'<span class="verdict" style="background: {_VERDICT_COLOURS[report.verdict]}">'
        f"{escape(report.verdict)}</span></h1>\n"
        f'<p class="note">{escape(text_report.provenance(report))}</p>\n'
        f"<ul>{findings}</ul>\n</section>"
    )


def _why(explanation):
    """Causes with evidence and remedy, and the pictures behind them."""
    if explanation is None:
        return ""
    items = "".join(
        f"<li><strong>{escape(cause.name.replace('_', ' '))}</strong> "
        f"<small>score {cause.score:.2f}</small><br>{escape(cause.evidence)}<br>"
        f"<em>Remedy:</em> {escape(cause.remedy)}{_settings(cause.settings)}</li>"
        for cause in explanation.causes
    )
    causes = f"<ol>{items}</ol>" if items else "<p>No cause was found: z is used.</p>"
    figures = "".join(
        f'<figure role="img" aria-label="{escape(caption)}">{plot}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, plot in why_plots(explanation.figures)
    )
    numbers = "".join(
        f'<div title="{escape(meaning)}"><span>{escape(label)}</span><span>{value}</span></div>'
        for label, value, meaning in why_figures(explanation.figures)
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in explanation.notes)
    return _section(
        "Why",
        f'{causes}<div class="figures">{numbers}</div><div class="plots">{figures}</div>{notes}',
    )


def _settings(settings):
    if not settings:
        return ""
    return "<br><code>" + escape(" ".join(f"--set {setting}" for setting in settings)) + "</code>"


def _figures(report):
    rows = "".join(
        f'<div title="{escape(meaning)}"><span>{escape(label)}</span>'
        f"<span>{escape(value)}</span></div>"
        for label, value, meaning in text_report.labelled_figures(report)
    )
    return _section("Figures", f'<div class="figures">{rows}</div>')


def _plots(report):
    plots = {
        "KL of each dimension, by state.": kl_per_dimension_plot,
        "Signal against noise of each dimension. On the diagonal they are equal, right of it the "
        "noise is larger; below the dotted line the mean does not depend on the input.": (
            signal_and_noise_plot
        ),
        "KL of each example.": rate_histogram,
    }
    figures = "".join(
        f'<figure role="img" aria-label="{escape(caption)}">{plot(report)}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, plot in plots.items()
    )
    return _section("Pictures", f'<div class="plots">{figures}</div>')


def _samples(report):
    if not report.samples:
        return ""
    header, _ = text_report.sample_table(report.samples)
    gold = "gold" in header
    rows = []
    for sample in report.samples:
        label = escape(sample.label).replace(",", ",<wbr>")
        row, mark = f'<td class="label">{label}</td>', ""
        if gold:
            row += f"<td>{escape(sample.gold or '')}</td>"
            mark = ' class="good"' if sample.right == sample.gold else ' class="bad"'
        row += f"<td{mark}>{escape(sample.right)}</td>"
        for other in (sample.permuted, sample.prior):
            same = " <small>(same)</small>" if other == sample.right else ""
            row += f"<td>{escape(other)}{same}</td>"
        rows.append(row)
    return _section("Outputs", _table((f"<th>{cell}</th>" for cell in header), rows))


def _remedies(report, command):
    if not report.remedies:
        return ""
    items = []
    for remedy in report.remedies:
        item = f"<strong>{escape(remedy.name)}</strong><br>{escape(remedy.why)}<br>"
        if call := remedy.command(command):
            item += f"<code>{escape(call)}</code><br>"
        items.append(f"<li>{item}in your own model: <code>{escape(remedy.part)}</code></li>")
    return _section("What to try, in this order", f"<ol>{''.join(items)}</ol>")


def _dimensions(report):
    header = ("d", "state", "information (nats)", "KL (nats)", "Var μ", "E σ²", "why")
    kinds = [f' class="{kind}"' for kind in ("number", "state", *["number"] * 4, "why")]
    rows = []
    for cells in text_report.dimension_rows(report):
        dot = f'<span class="dot" style="background: {COLOURS[cells[1]]}"></span>'
        rows.append(
            "".join(
                f"<td{kind}>{dot if i == 1 else ''}{escape(cell)}</td>"
                for i, (kind, cell) in enumerate(zip(kinds, cells, strict=True))
            )
        )
    head = (f"<th{kind}>{cell}</th>" for kind, cell in zip(kinds, header, strict=True))
    return _section(f"Dimensions: {text_report.state_summary(report)}", _table(head, rows))
