"""What our HTML pages share: one file each, nothing from outside, light and dark."""

from html import escape

# Colours that pictures are drawn with, and the variable of the page that takes the place of each.
# The palette is that of Okabe & Ito (2008), which the colour-blind can tell apart; on dark ground
# its lighter half.
INK, MUTED, LINE = "#1f2328", "#57606a", "#d0d4d9"
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#007a5a", "#a3478a", "#80868f"
_LIGHT = {
    "ink": INK, "muted": MUTED, "line": LINE, "paper": "#ffffff", "ground": "#f6f7f9",
    "code": "#f0f2f4", "blue": BLUE, "orange": ORANGE, "green": GREEN, "purple": PURPLE,
    "grey": GREY,
}  # fmt: skip
_DARK = {
    "ink": "#e6e9ed", "muted": "#a3acb6", "line": "#3a4149", "paper": "#1b1f25",
    "ground": "#111418", "code": "#282e36", "blue": "#56b4e9", "orange": "#f0a030",
    "green": "#2fc295", "purple": "#e293bf", "grey": "#8f98a3",
}  # fmt: skip
_STYLE = """
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  margin: 0; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem .75rem 4rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  padding: 1rem 1.25rem; margin: 1rem 0; overflow-x: auto; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
p { margin: .5rem 0 0; max-width: 50rem; }
.verdict { color: #fff; border-radius: 4px; padding: .1rem .6rem; white-space: nowrap; }
.note, small { color: var(--muted); font-size: .87rem; }
.note { margin: .3rem 0 0; }
ul, ol { margin: .6rem 0 0; padding-left: 1.3rem; max-width: 50rem; }
li { margin: .25rem 0; }
ol > li { margin: .8rem 0; }
table { border-collapse: collapse; font-size: .87rem; width: 100%; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--line); }
td { border-bottom: 1px solid var(--line); vertical-align: top; }
th, td { padding: .25rem .7rem .25rem 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
td.state { white-space: nowrap; }
td.label { overflow-wrap: anywhere; min-width: 12rem; }
.good { color: var(--blue); }
.bad { color: var(--orange); }
code { font: .87em ui-monospace, monospace; background: var(--code); border-radius: 3px;
  padding: .1em .3em; overflow-wrap: anywhere; }
pre { font: .87em/1.45 ui-monospace, monospace; background: var(--code); border-radius: 3px;
  padding: .6em .8em; margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.figures { columns: 2 20rem; column-gap: 2.5rem; }
.figures div { display: flex; justify-content: space-between; gap: 1rem; padding: .2rem 0;
  border-bottom: 1px solid var(--line); break-inside: avoid;
  font-variant-numeric: tabular-nums; }
.plots { display: grid; gap: 1.2rem 1.6rem;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.plots figure { margin: 0; }
.plots svg { width: 100%; max-width: 28rem; height: auto; display: block; }
.plots svg image { image-rendering: pixelated; }
figcaption { font-size: .87rem; color: var(--muted); max-width: 28rem; }
details { margin: .6rem 0 0; }
summary { cursor: pointer; }
.dot { display: inline-block; width: .65em; height: .65em; border-radius: 50%;
  margin-right: .4em; }
@media (max-width: 32rem) { section { padding: .8rem .8rem; } }
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
# White text on each has a contrast of 4.5 and more.
_VERDICT_COLOURS = {
    "healthy": "#006d52",
    "partial": "#8a5a00",
    "collapsed": "#b23a00",
    "latent ignored": "#b23a00",
}


def page(title, sections):
    """A page of sections that are HTML already; empty ones are left out."""
    return _PAGE.format(title=escape(title), style=_style(), body="\n".join(filter(None, sections)))


def _style():
    def variables(colours):
        return " ".join(f"--{name}: {colour};" for name, colour in colours.items())

    return (
        f"\n:root {{ color-scheme: light dark; {variables(_LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {variables(_DARK)} }} }}{_STYLE}"
    )


def section(title, body):
    """A part of a page under a title; `body` is HTML."""
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>"


def table(header, rows):
    """A table of cells that are HTML already, such as `<td>1</td>`."""
    return f"<table><tr>{''.join(header)}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def plots(pictures):
    """Pictures side by side, as many as there is room for: `(caption, SVG)` of each."""
    figures = "".join(
        f'<figure role="img" aria-label="{escape(caption)}">{picture}'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, picture in pictures
    )
    return f'<div class="plots">{figures}</div>'


def figure_list(rows):
    """`(label, value as text, what it says)` of each figure, in columns."""
    cells = "".join(
        f'<div title="{escape(meaning)}"><span>{escape(label)}</span>'
        f"<span>{escape(value)}</span></div>"
        for label, value, meaning in rows
    )
    return f'<div class="figures">{cells}</div>'


def folded(summary, body):
    """HTML that shows when its summary is clicked."""
    return f"<details><summary>{escape(summary)}</summary>\n{body}\n</details>"


def verdict_badge(verdict):
    """A verdict on its colour."""
    colour = _VERDICT_COLOURS.get(verdict, "#57606a")
    return f'<span class="verdict" style="background: {colour}">{escape(verdict)}</span>'


def themed(svg):
    """A picture whose colours follow the page, light or dark."""
    for name, colour in _LIGHT.items():
        if name not in ("paper", "ground", "code"):
            svg = svg.replace(colour, f"var(--{name}, {colour})")
    return svg
