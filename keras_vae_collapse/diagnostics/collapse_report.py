"""The result of a diagnosis, as text, JSON and HTML."""

import dataclasses
import json
import typing

import numpy as np

from keras_vae_collapse.diagnostics.dimensions import STATES, Dimension
from keras_vae_collapse.diagnostics.outputs import SampleOutput
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.thresholds import Thresholds

FIGURE_LABELS = {
    "rate_nats": "rate R (nats/word)",
    "distortion_nats": "distortion D (nats/word)",
    "negative_elbo_nats": "negative ELBO, D + R (nats/word)",
    "iw_nll_nats": "importance-weighted NLL (nats/word)",
    "mutual_information_nats": "mutual information (nats)",
    "active_units": "active units (variance of the mean)",
    "latent_dim": "latent dimensions",
    "z_gap_nats": "z gap (nats/word)",
    "prior_gap_nats": "prior gap (nats/word)",
    "distinct_outputs": "distinct outputs",
    "distinct_outputs_permuted_z": "distinct outputs, permuted z",
    "distinct_outputs_prior_z": "distinct outputs, z from the prior",
    "unchanged_output_fraction": "outputs unchanged by another z",
    "words": "words",
    "num_samples": "samples a word (K)",
}


@dataclasses.dataclass(frozen=True)
class CollapseReport:
    """What `diagnose` found.

    Attributes:
        verdict: `"healthy"`, `"partial"`, `"collapsed"` or `"latent ignored"`.
        cause: of a collapse `"too weak"`, `"too noisy"` or `"constant"`; of a partial one
            `"dimensions"` or `"outputs"`; else `None`.
        findings: sentences, what the verdict rests on.
        figures: the figures of `latent_metrics`, and the numbers of distinct outputs.
        dimensions: a `Dimension` for each latent dimension.
        samples: a `SampleOutput` for some rows.
        remedies: a `Remedy` for each thing to try, best first.
        rate_per_word: KL in nats of each word, `(words,)`.
        total_rows: rows of the set from which `figures["words"]` were taken.
        seed: of all noise.
        thresholds: the `Thresholds` in use.
    """

    verdict: str
    cause: str | None
    findings: list[str]
    figures: dict[str, typing.Any]
    dimensions: list[Dimension]
    samples: list[SampleOutput]
    remedies: list[Remedy]
    rate_per_word: np.ndarray
    total_rows: int
    seed: int
    thresholds: Thresholds

    def state_counts(self):
        """How many dimensions are in each state."""
        return {state: sum(d.state == state for d in self.dimensions) for state in STATES}

    def by_information(self):
        """The dimensions, the most informative first."""
        return sorted(self.dimensions, key=lambda d: -d.information_nats)

    def provenance(self):
        """One line that says what the figures were taken from."""
        words, total = self.figures["words"], self.total_rows
        drawn = "" if words == total else f" drawn from {total:,}"
        return f"{words:,} words{drawn}, K = {self.figures['num_samples']}, seed {self.seed}"

    def formatted_figures(self):
        """`(label, value as text)` of each figure."""
        return [
            (label, format_figure(name, self.figures[name]))
            for name, label in FIGURE_LABELS.items()
            if name in self.figures
        ]

    def to_text(self):
        """The report for a terminal."""
        lines = [f"verdict: {self.verdict.upper()}", f"({self.provenance()})", ""]
        lines += [f"- {finding}" for finding in self.findings]
        lines += ["", "figures"]
        lines += [f"  {label:38s}{value:>12s}" for label, value in self.formatted_figures()]
        if self.samples:
            lines += ["", "outputs", *_table(*_sample_table(self.samples))]
        if self.remedies:
            lines += ["", "what to try, in this order"]
            for number, remedy in enumerate(self.remedies, start=1):
                lines += [
                    f"  {number}. {remedy.name}",
                    f"     python train.py {remedy.flag}",
                    *([f"     in your own model: {remedy.part}"] if remedy.part else []),
                    f"     {remedy.why}",
                ]
        counts = ", ".join(f"{count} {state}" for state, count in self.state_counts().items())
        lines += ["", f"dimensions ({counts})"]
        header = ("d", "state", "information", "KL", "Var mu", "E sigma^2", "why")
        lines += _table(header, [dimension_cells(d) for d in self.by_information()])
        return "\n".join(lines)

    def to_json(self):
        """The report as a JSON object, numbers at full precision."""
        value = dataclasses.asdict(self)
        value["rate_per_word"] = [float(nats) for nats in self.rate_per_word]
        value["state_counts"] = self.state_counts()
        # json would write -inf and NaN as words that no other reader takes.
        return json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)

    def to_html(self):
        """The report as one self-contained HTML page."""
        from keras_vae_collapse.diagnostics.html_report import render

        return render(self)


def format_figure(name, value):
    """A figure as text."""
    if name.endswith("fraction"):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


def dimension_cells(dimension):
    """The cells of a dimension's row in the table of dimensions."""
    kl = "" if dimension.kl_nats is None else f"{dimension.kl_nats:.3f}"
    return (
        str(dimension.index),
        dimension.state,
        f"{dimension.information_nats:.3f}",
        kl,
        f"{dimension.mean_variance:.3g}",
        f"{dimension.noise_variance:.3g}",
        dimension.why,
    )


def _sample_table(samples, width=56):
    header = ["input", "gold", "right z", "permuted z", "prior z"]
    rows = [[s.label, s.gold, s.right, s.permuted, s.prior] for s in samples]
    if all(sample.gold is None for sample in samples):
        for row in (header, *rows):
            del row[1]
    cut = [[t if len(t) <= width else t[: width - 1] + "…" for t in row] for row in rows]
    return header, cut


def _table(header, rows):
    rows = [header, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
