"""What `explain` returns."""

import dataclasses
import json
import textwrap
import typing

import numpy as np

CAUSES = (
    "z_disconnected",
    "posterior_ignores_input",
    "rate_not_in_loss",
    "weight_stuck_at_zero",
    "distortion_averaged",
    "too_short",
    "weight_too_high",
    "encoder_lags",
    "generator_strong",
    "not_identifiable",
    "padding_counted",
)


@dataclasses.dataclass(frozen=True)
class Cause:
    """One reason why a model does not use its latent as it should.

    Attributes:
        name: one of `CAUSES`.
        score: how sure, in (0, 1]; faults that are seen in the graph of the loss come near 1.
        evidence: one sentence with the figure behind it.
        remedy: the part to change, and how.
        settings: settings of a recipe that apply the remedy, as `--set` takes them; empty where
            there are none.
    """

    name: str
    score: float
    evidence: str
    remedy: str
    settings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Why a model collapsed.

    Attributes:
        causes: a list of `Cause`, most likely first; empty for a healthy model.
        figures: `{name: value}`, numbers and arrays, in nats per example where the name ends in
            `_nats`.
        notes: sentences about what could not be looked at.
        collapsed: whether `z` says next to nothing, or nothing that the decoder hears.
    """

    causes: list[Cause]
    figures: dict[str, typing.Any]
    notes: list[str]
    collapsed: bool

    def to_text(self, columns=80):
        """The explanation for a terminal."""
        lines = []
        if not self.causes:
            lines += ["no cause found: z is used" if not self.collapsed else "no cause found"]
        for number, cause in enumerate(self.causes, start=1):
            lines.append(f"{number}. {cause.name} ({cause.score:.2f})")
            texts = [cause.evidence, f"Remedy: {cause.remedy}"]
            if cause.settings:
                texts.append("In a recipe: " + " ".join(f"--set {s}" for s in cause.settings))
            for text in texts:
                lines += textwrap.wrap(text, columns, initial_indent="   ", subsequent_indent="   ")
        for note in self.notes:
            lines += textwrap.wrap(note, columns, initial_indent="note: ", subsequent_indent="  ")
        return "\n".join(lines)

    def to_json(self):
        """The explanation as a JSON object."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    def to_dict(self):
        """The explanation as plain lists, dictionaries, numbers and strings."""
        return {
            "causes": [dataclasses.asdict(cause) for cause in self.causes],
            "figures": {name: _plain(value) for name, value in self.figures.items()},
            "notes": list(self.notes),
            "collapsed": self.collapsed,
        }


def _plain(value):
    if isinstance(value, np.ndarray):
        return [_plain(entry) for entry in value.tolist()]
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value
