"""The result of a diagnosis."""

import dataclasses
import json
import typing

import numpy as np

from keras_vae_collapse.diagnostics.dimensions import Dimension, count_states
from keras_vae_collapse.diagnostics.explanation import Explanation
from keras_vae_collapse.diagnostics.html_report import render_html
from keras_vae_collapse.diagnostics.outputs import SampleOutput
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.text_report import render_text
from keras_vae_collapse.diagnostics.thresholds import Thresholds


@dataclasses.dataclass(frozen=True)
class CollapseReport:
    """What `diagnose` found.

    Attributes:
        verdict: `"healthy"`, `"partial"`, `"collapsed"`, `"latent ignored"` or
            `"too short to judge"`.
        cause: of a collapse `"inactive"`, `"noisy"` or `"input-independent"`; of a partial one
            `"dimensions"` or `"outputs"`; else `None`.
        findings: sentences, what the verdict rests on.
        figures: the figures of `latent_metrics`, and the numbers of distinct outputs.
        dimensions: a `Dimension` for each latent dimension.
        samples: a `SampleOutput` for some of the examples.
        remedies: a `Remedy` for each thing to try, best first.
        rate_per_example: KL in nats of each example, `(examples,)`.
        total_rows: examples in the set from which `figures["examples"]` were drawn.
        seed: of all noise.
        thresholds: the `Thresholds` in use.
        steps: optimizer steps of the training, `None` if they were not given.
        explanation: the `Explanation` of `explain`, `None` where it was not asked for.
        probes: linear probes of the posterior means by the name of the labels, dictionaries of
            what `metrics.linear_probe` returns; `None` where there were no labels.
    """

    verdict: str
    cause: str | None
    findings: list[str]
    figures: dict[str, typing.Any]
    dimensions: list[Dimension]
    samples: list[SampleOutput]
    remedies: list[Remedy]
    rate_per_example: np.ndarray
    total_rows: int
    seed: int
    thresholds: Thresholds
    steps: int | None = None
    explanation: Explanation | None = None
    probes: dict[str, dict] | None = None

    def to_text(self, command=None):
        """The report for a terminal, 80 columns wide; the HTML page says more.

        Args:
            command: a command that trains by a recipe of the zoo, such as `"kvc-train"`;
                each remedy is then also shown as its options. `None` shows classes alone.
        """
        return render_text(self, command)

    def to_html(self, command=None):
        """The report as one self-contained HTML page; `command` as for `to_text`."""
        return render_html(self, command)

    def to_json(self):
        """The report as a JSON object, numbers at full precision."""
        value = dataclasses.asdict(self)
        value["rate_per_example"] = [float(nats) for nats in self.rate_per_example]
        value.pop("explanation")
        if self.probes is None:
            value.pop("probes")
        if self.explanation is not None:
            value["explanation"] = self.explanation.to_dict()
        value["state_counts"] = count_states(self.dimensions)
        # json would write -inf and NaN as names that no other reader takes.
        return json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
