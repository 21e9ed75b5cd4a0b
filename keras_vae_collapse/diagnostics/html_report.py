"""A collapse report as one HTML page that needs nothing from outside."""

from html import escape

from keras_vae_collapse.diagnostics.collapse_report import dimension_cells
from keras_vae_collapse.diagnostics.report_plots import (
    COLOURS,
    kl_per_dimension_plot,
    rate_histogram,
    signal_and_noise_plot,
)

_VERDICT_COLOURS = {
    "healthy": "#1b7f5c",
    "partial": "#a66a00",
    "collapsed": "#b3261e",
    "latent ignored": "#b3261e",
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


def render(report):
    """The page of a `CollapseReport`, as a string; every text from outside is escaped."""
    sections = [
        _verdict(report),
        _figures(report),
        _plots(report),
        _samples(report),
        _remedies(report),
        _dimensions(report),
    ]
    title = escape(f"Posterior collapse: {report.verdict}")
    return _PAGE.format(title=title, style=_STYLE, body="\n".join(filter(None, sections)))


def _section(title, body):
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def _verdict(report):
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in report.findings)
    return (
        "<section>\n<h1>Posterior collapse: "
        f'<span class="verdict" style="background: {_VERDICT_COLOURS[report.verdict]}">'
        f"{escape(report.verdict)}</span></h1>\n"
        f'<p class="note">{escape(report.provenance())}</p>\n<ul>{findings}</ul>\n</section>'
    )


def _figures(report):
    rows = "".join(
        f"<div><span>{escape(label)}</span><span>{escape(value)}</span></div>"
        for label, value in report.formatted_figures()
    )
    return _section("Figures", f'<div class="figures">{rows}</div>')


def _plots(report):
    plots = (
        (kl_per_dimension_plot, "KL of each dimension, by state."),
        (
            signal_and_noise_plot,
            "Signal against noise of each dimension. On the diagonal they are equal, right of it "
            "noise swamps the mean; below the dotted line the mean does not move.",
        ),
        (rate_histogram, "KL of each word."),
    )
    figures = "".join(
        f'<figure role="img" aria-label="{escape(caption)}">{plot(report)}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for plot, caption in plots
    )
    return _section("Pictures", f'<div class="plots">{figures}</div>')


def _samples(report):
    if not report.samples:
        return ""
    gold = any(sample.gold is not None for sample in report.samples)
    header = ["Input", *(["Gold"] if gold else []), "Right z", "Permuted z", "z from the prior"]
    rows = []
    for sample in report.samples:
        label = escape(sample.label).replace(",", ",<wbr>")
        cells = [f'<td class="label">{label}</td>']
        mark = ""
        if gold:
            cells.append(f"<td>{escape(sample.gold or '')}</td>")
            mark = ' class="good"' if sample.right == sample.gold else ' class="bad"'
        cells.append(f"<td{mark}>{escape(sample.right)}</td>")
        for other in (sample.permuted, sample.prior):
            same = " <small>(same)</small>" if other == sample.right else ""
            cells.append(f"<td>{escape(other)}{same}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    return _section("Outputs", f"<table><tr>{head}</tr>{''.join(rows)}</table>")


def _remedies(report):
    if not report.remedies:
        return ""
    items = "".join(
        f"<li><strong>{escape(remedy.name)}</strong><br>{escape(remedy.why)}<br>"
        f"<code>python train.py {escape(remedy.flag)}</code><br>"
        f"in your own model: <code>{escape(remedy.part)}</code></li>"
        for remedy in report.remedies
    )
    return _section("What to try, in this order", f"<ol>{items}</ol>")


def _dimensions(report):
    header = ("d", "State", "Information (nats)", "KL (nats)", "Var μ", "E σ²", "Why")
    numbers = {0, 2, 3, 4, 5}
    head = "".join(
        f'<th class="number">{cell}</th>' if i in numbers else f"<th>{cell}</th>"
        for i, cell in enumerate(header)
    )
    rows = []
    for dimension in report.by_information():
        dot = f'<span class="dot" style="background: {COLOURS[dimension.state]}"></span>'
        cells = []
        for i, cell in enumerate(dimension_cells(dimension)):
            kind = ' class="number"' if i in numbers else ' class="state"' if i == 1 else ""
            cells.append(f"<td{kind}>{dot if i == 1 else ''}{escape(cell)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    counts = ", ".join(f"{count} {state}" for state, count in report.state_counts().items())
    return _section(f"Dimensions: {counts}", f"<table><tr>{head}</tr>{''.join(rows)}</table>")
