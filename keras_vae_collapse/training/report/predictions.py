"""The table of predictions that TensorBoard shows, as HTML."""

import re
from html import escape, unescape

from keras_vae_collapse.diagnostics.html_page import table


def predictions_html(markdown):
    """What `tensorboard.sample_predictions.predictions_table` makes, as HTML; "" for other text.

    Nothing of the text is taken for HTML: it is read as what it shows, and escaped anew.
    """
    summary, *lines = markdown.split("\n")  # other separators may stand within a sentence
    rows = [_cells(line) for line in lines if line.startswith("|")]
    if len(rows) < 3 or len({len(row) for row in rows}) != 1:
        return ""
    header, _, *body = rows
    gold = len(header) - 2
    if all(row[1:gold] == row[gold : gold + 1] for row in body):  # the input is what is wanted
        header, body = _without(header, gold), [_without(row, gold) for row in body]
    cells = (
        "".join(
            [
                f'<td class="{"good" if mark == "✓" else "bad"}">{escape(mark)}</td>',
                *(f"<td>{_bold(cell)}</td>" for cell in rest),
            ]
        )
        for mark, *rest in body
    )
    head = (f"<th>{_bold(cell)}</th>" for cell in header)
    return f'<p class="note">{_bold(summary)}</p>{table(head, cells)}'


def _without(row, place):
    return [*row[:place], *row[place + 1 :]]


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _bold(markdown):
    """`**` of Markdown as bold, `*(empty)*` as a small text, the rest as it is."""
    if markdown == "*(empty)*":
        return "<small>(empty)</small>"
    pieces = re.split(r"\*\*", markdown)
    return "".join(
        f"<strong>{text}</strong>" if number % 2 else text
        for number, text in enumerate(escape(unescape(piece)) for piece in pieces)
    )
