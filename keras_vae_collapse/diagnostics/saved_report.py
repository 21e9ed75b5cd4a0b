"""A collapse report that was written to a file, as an object again."""

import dataclasses

import numpy as np

from keras_vae_collapse.diagnostics.collapse_report import CollapseReport
from keras_vae_collapse.diagnostics.dimensions import Dimension
from keras_vae_collapse.diagnostics.explanation import Cause, Explanation
from keras_vae_collapse.diagnostics.outputs import SampleOutput
from keras_vae_collapse.diagnostics.remedies import Remedy
from keras_vae_collapse.diagnostics.thresholds import Thresholds


def report_from_dict(value: dict) -> CollapseReport:
    """The inverse of `CollapseReport.to_json`, of what `json.loads` makes of it.

    What was not finite, and `null` in the file, is NaN.

    Raises:
        ValueError: it is not what `to_json` writes.
    """
    try:
        explanation = value.get("explanation")
        if explanation is not None:
            causes = [_made(Cause, cause) for cause in explanation["causes"]]
            explanation = _made(Explanation, {**explanation, "causes": causes})
        return _made(
            CollapseReport,
            {
                **value,
                "dimensions": [_made(Dimension, d, ("kl_nats",)) for d in value["dimensions"]],
                "samples": [_made(SampleOutput, sample, ("gold",)) for sample in value["samples"]],
                "remedies": [_made(Remedy, remedy, ("recipe",)) for remedy in value["remedies"]],
                "figures": {n: np.nan if v is None else v for n, v in value["figures"].items()},
                "rate_per_example": np.array(value["rate_per_example"], float),
                "thresholds": _made(Thresholds, value["thresholds"]),
                "explanation": explanation,
            },
            ("cause", "steps", "explanation"),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is not a collapse report: {error!r}") from error


def _made(cls, value, optional=()):
    """An object of a dataclass; other keys are left out, `None` is NaN but where it is meant."""
    names = [field.name for field in dataclasses.fields(cls) if field.name in value]
    given = {name: value[name] for name in names}
    return cls(**{n: np.nan if v is None and n not in optional else v for n, v in given.items()})
