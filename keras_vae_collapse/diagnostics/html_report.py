"""A collapse report as one HTML page that needs nothing from outside."""

from html import escape

from keras_vae_collapse.diagnostics import text_report
from keras_vae_collapse.diagnostics.html_page import (
    figure_list,
    page,
    plots,
    section,
    table,
    themed,
    verdict_badge,
)
from keras_vae_collapse.diagnostics.report_plots import (
    COLOURS,
    kl_per_dimension_plot,
    rate_histogram,
    signal_and_noise_plot,
)
from keras_vae_collapse.diagnostics.why_plots import why_figures, why_plots


def render_html(report, command=None):
    """The page of a `CollapseReport`, a string; `command` as for its `to_text`.

    Every text from outside is escaped.
    """
    verdict, why, figures, pictures, outputs, remedies, dimensions = report_parts(report, command)
    sections = [
        f"<section>\n<h1>Posterior collapse: {verdict_badge(report.verdict)}</h1>\n{verdict[1]}\n"
        "</section>",
        *(
            section(*part)
            for part in (why, figures, pictures, outputs, remedies, dimensions)
            if part[1]
        ),
    ]
    return page(f"Posterior collapse: {report.verdict}", sections)


def report_parts(report, command=None):
    """The parts of a report, `(title, HTML)` of each; the HTML of what it lacks is empty.

    They are: what the verdict rests on, why, figures, pictures, outputs, remedies, dimensions.
    """
    return (
        ("Verdict", _findings(report)),
        ("Why", _why(report.explanation)),
        ("Figures", figure_list(text_report.labelled_figures(report)) + _probes(report.probes)),
        ("Pictures", _plots(report)),
        ("Outputs", _samples(report)),
        ("What to try, in this order", remedy_list(report.remedies, command)),
        (f"Dimensions: {text_report.state_summary(report)}", _dimensions(report)),
    )


def _probes(probes):
    """What a linear probe finds of each set of labels in the posterior means."""
    if not probes:
        return ""
    number = ' class="number"'
    header = ("linear probe of z", "accuracy", "majority", "labels")
    head = (f"<th{number if i else ''}>{cell}</th>" for i, cell in enumerate(header))
    rows = [
        f"<td>{escape(name)}</td><td{number}>{probe['accuracy']:.4f}</td>"
        f"<td{number}>{probe['majority_share']:.4f}</td><td{number}>{probe['labels']:,d}</td>"
        for name, probe in probes.items()
    ]
    note = '<p class="note">Accuracy on held-out folds; majority: of the commonest label.</p>'
    return f"<br>{table(head, rows)}{note}"


def _findings(report):
    findings = "".join(f"<li>{escape(finding)}</li>" for finding in report.findings)
    note = f'<p class="note">{escape(text_report.provenance(report))}</p>'
    return f"{note}\n<ul>{findings}</ul>"


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
    numbers = figure_list(why_figures(explanation.figures))
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in explanation.notes)
    return f"{causes}{numbers}{plots(why_plots(explanation.figures))}{notes}"


def _settings(settings):
    if not settings:
        return ""
    return "<br><code>" + escape(" ".join(f"--set {setting}" for setting in settings)) + "</code>"


def _plots(report):
    return plots(
        [
            ("KL of each dimension, by state.", kl_per_dimension_plot(report)),
            (
                "Signal against noise of each dimension. On the diagonal they are equal, right of "
                "it the noise is larger; below the dotted line the mean does not depend on the "
                "input.",
                signal_and_noise_plot(report),
            ),
            ("KL of each example.", rate_histogram(report)),
        ]
    )


def _samples(report):
    if not report.samples:
        return ""
    header, _ = text_report.sample_table(report.samples)
    gold = "gold" in header
    rows = []
    for sample in report.samples:
        label = escape(sample.label).replace(",", ",<wbr>")
        row, kind, mark = f'<td class="label">{label}</td>', "", ""
        if gold:
            row += f"<td>{escape(sample.gold or '')}</td>"
            right = sample.right == sample.gold
            kind, mark = (' class="good"', "✓ ") if right else (' class="bad"', "✗ ")
        row += f"<td{kind}>{mark}{escape(sample.right)}</td>"
        for other in (sample.permuted, sample.prior):
            same = " <small>(same)</small>" if other == sample.right else ""
            row += f"<td>{escape(other)}{same}</td>"
        rows.append(row)
    return table((f"<th>{cell}</th>" for cell in header), rows)


def remedy_list(remedies, command):
    """What to try, best first; `command` as for `CollapseReport.to_text`."""
    if not remedies:
        return ""
    items = []
    for remedy in remedies:
        item = f"<strong>{escape(remedy.name)}</strong><br>{escape(remedy.why)}<br>"
        if call := remedy.command(command):
            item += f"<code>{escape(call)}</code><br>"
        items.append(f"<li>{item}in your own model: <code>{escape(remedy.part)}</code></li>")
    return f"<ol>{''.join(items)}</ol>"


def _dimensions(report):
    header = ("d", "state", "information (nats)", "KL (nats)", "Var μ", "E σ²", "why")
    kinds = [f' class="{kind}"' for kind in ("number", "state", *["number"] * 4, "why")]
    rows = []
    for cells in text_report.dimension_rows(report):
        dot = f'<span class="dot" style="background: {themed(COLOURS[cells[1]])}"></span>'
        rows.append(
            "".join(
                f"<td{kind}>{dot if i == 1 else ''}{escape(cell)}</td>"
                for i, (kind, cell) in enumerate(zip(kinds, cells, strict=True))
            )
        )
    head = (f"<th{kind}>{cell}</th>" for kind, cell in zip(kinds, header, strict=True))
    return table(head, rows)
