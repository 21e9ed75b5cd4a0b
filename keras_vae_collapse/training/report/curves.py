"""The figures of a run over its epochs, as pictures."""

import typing

from keras_vae_collapse.diagnostics.html_page import BLUE, GREEN, GREY, MUTED, ORANGE, PURPLE
from keras_vae_collapse.diagnostics.report_plots import svg

# Figures of the latent, which every task has; the others on the development set are the task's.
_OF_LATENT = (
    "distortion", "rate", "constrained_elbo", "z_gap", "mutual_information", "active_units",
    "distinct",
)  # fmt: skip
# Of training: what every model has. The others are those of the rate term and the like.
_OF_TRAINING = ("distortion", "rate", "negative_elbo", "loss", "penalty", "learning_rate")
# Figures of a task that are shares, from 0 to 1, and have common axes.
_SHARES = ("accuracy", "match", "error_rate")
_STYLES = (("-", BLUE), ("--", ORANGE), (":", GREEN), ("-.", PURPLE))


class Line(typing.NamedTuple):
    """One line of a chart: a label and `{epoch from 1: value}`."""

    label: str
    values: dict[int, float]


class Chart(typing.NamedTuple):
    """Lines on common axes; `level` is `(value, label)` of a horizontal line, or `None`."""

    caption: str
    unit: str
    lines: list[Line]
    level: tuple[float, str] | None = None


def curve_charts(run) -> tuple[list[Chart], list[Chart]]:
    """The charts of a `RunRecord`: those that matter most, and all others."""
    train, dev = ({n: _from_one(v) for n, v in _named(log).items()} for log in (run.train, run.dev))
    elbo = {
        epoch: value + dev["rate"][epoch]
        for epoch, value in dev.get("distortion", {}).items()
        if epoch in dev.get("rate", {})
    }
    both = ("training", train), ("development set", dev)
    target = (run.config["recipe"].get("rate_term") or {}).get("rate_nats")
    level = (target, "target") if isinstance(target, (int, float)) else None
    own = [name for name in dev if name not in _OF_LATENT]
    shares = [name for name in own if name.endswith(_SHARES)]
    weights = [name for name in train if "multiplier" in name or "weight" in name]
    main = [
        _of_both("Rate R", "rate", both, level),
        _of_both("Distortion D", "distortion", both),
        Chart(
            "Negative ELBO, D + R",
            "nats per example",
            [
                Line("training", train.get("negative_elbo", {})),
                Line("development set", elbo),
            ],
        ),
        Chart("Outputs on the development set", "share", [_line(n, dev) for n in shares]),
        *(
            Chart(f"{_title(n)}, development set", "", [_line(n, dev)])
            for n in own
            if n not in shares
        ),
        *(Chart(f"{_title(n)}, of the rate term", "", [_line(n, train)]) for n in weights),
        Chart(
            "Active units, the dimensions of z that vary with the input",
            "dimensions",
            [_line("active_units", dev)] if "active_units" in dev else [],
            (run.config["recipe"].get("latent_dim") or 0, "all"),
        ),
        Chart(
            "What z carries, and what the decoder makes of it",
            "nats",
            [_line(n, dev) for n in ("mutual_information", "z_gap") if n in dev],
        ),
    ]
    shown = {*_OF_TRAINING[:3], *weights}
    others = [
        *(Chart(f"{_label(n)}, training", "", [_line(n, train)]) for n in train if n not in shown),
        *(
            Chart(f"{_label(n)}, development set", "", [_line(n, dev)])
            for n in ("constrained_elbo", "distinct")
            if n in dev
        ),
    ]
    return [_filled(c) for c in main if _filled(c).lines], others


def chart_pictures(charts, kept_epoch=None, rounds=()):
    """`(caption, SVG)` of each chart.

    Args:
        charts: a list of `Chart`.
        kept_epoch: the epoch whose weights were kept, a dotted line; or `None`.
        rounds: the last epoch of each round but the last, a thin line.
    """
    return [(chart.caption, _picture(chart, kept_epoch, rounds)) for chart in charts]


def _named(log):
    prefix = "epoch_"
    return {
        tag.removeprefix(prefix): values
        for tag, values in log.scalars.items()
        if tag.startswith(prefix)
    }


def _from_one(values):
    return {step + 1: value for step, value in sorted(values.items())}


def _of_both(caption, name, both, level=None):
    lines = [Line(label, values.get(name, {})) for label, values in both]
    return Chart(caption, "nats per example", lines, level)


def _label(name):
    return name.replace("_", " ").replace("kl ", "KL ")


def _title(name):
    label = _label(name)
    return label[:1].upper() + label[1:]


def _line(name, values):
    return Line(_label(name), values[name])


def _filled(chart):
    return chart._replace(lines=[line for line in chart.lines if line.values])


def _picture(chart, kept_epoch, rounds):
    epochs = [epoch for line in chart.lines for epoch in line.values]

    def draw(axes):
        from matplotlib.ticker import MaxNLocator

        if kept_epoch is not None:
            axes.axvline(kept_epoch, color=MUTED, linewidth=0.9, linestyle=":")
        for end in rounds:
            axes.axvline(end + 0.5, color=GREY, linewidth=0.6)
        if chart.level is not None:
            value, label = chart.level
            axes.axhline(value, color=GREY, linewidth=0.9, linestyle="--", dashes=(6, 3))
            axes.annotate(
                label, (0, value), xycoords=("axes fraction", "data"), xytext=(3, 2),
                textcoords="offset points", ha="left", va="bottom", fontsize=8, color=MUTED,
            )  # fmt: skip
        for line, (style, colour) in zip(chart.lines, _STYLES * 3, strict=False):
            marker = "o" if len(line.values) < 30 else None
            axes.plot(
                list(line.values), list(line.values.values()), style, color=colour,
                label=line.label, linewidth=1.6, marker=marker, markersize=3,
            )  # fmt: skip
        axes.set_xlim(min(epochs) - 0.5, max(epochs) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
        axes.ticklabel_format(axis="y", useOffset=False)
        if chart.unit == "dimensions":
            axes.set_ylim(0, 1.1 * max(chart.level[0], *chart.lines[0].values.values(), 1))
        axes.set_xlabel("epoch")
        axes.set_ylabel(chart.unit)
        if len(chart.lines) > 1:
            axes.legend(
                frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8,
                ncols=min(len(chart.lines), 2), handlelength=2.6, columnspacing=1.2,
            )  # fmt: skip

    return svg(draw, (3.6, 2.6))
