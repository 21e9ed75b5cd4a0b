"""Outputs of latent vectors that nobody encoded, on the page of a run."""

from html import escape

from keras_vae_collapse.diagnostics.html_page import table

_NOTE = (
    "Greedy search from latent vectors drawn from the prior. A collapsed model writes much the "
    "same whatever it draws; one whose posteriors lie far from the prior writes what no example "
    "looks like."
)


def samples_section(run):
    """The table of `samples-prior.tsv` as HTML; "" where a run has none."""
    file = run.path / "samples-prior.tsv"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    # Other separators of lines may stand within a sentence.
    rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in reversed(row)) for row in rows)
    header = ["<th>output</th>", *["<th>asked for</th>"] * (len(rows[0]) - 1)]
    return f'<p class="note">{_NOTE}</p>{table(header, cells)}'
