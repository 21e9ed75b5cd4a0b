"""Finds out whether, where and why a latent-variable model has collapsed."""

import numpy as np

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.diagnostics.collapse_report import CollapseReport
from keras_vae_collapse.diagnostics.dimensions import (
    ACTIVE,
    count_states,
    examine_dimensions,
    moments_of,
)
from keras_vae_collapse.diagnostics.outputs import compare_outputs
from keras_vae_collapse.diagnostics.remedies import remedies_for
from keras_vae_collapse.diagnostics.thresholds import Thresholds
from keras_vae_collapse.diagnostics.verdict import findings, judge
from keras_vae_collapse.metrics import latent_metrics, rate


def diagnose(
    latent_model,
    num_samples: int = 500,
    seed: int = 0,
    max_rows: int = 1600,
    num_examples: int = 8,
    thresholds=None,
    chunk_size: int = 2048,
    steps: int | None = None,
    recipe: dict | None = None,
):
    """Diagnoses posterior collapse of any latent-variable model.

    Args:
        latent_model: a `LatentModel`.
        num_samples: samples per example of the importance-weighted NLL, which takes nearly all
            of the time.
        seed: of all noise, a non-negative integer.
        max_rows: at most this many examples are used, drawn at random from a larger set.
        num_examples: number of examples whose outputs the report shows.
        thresholds: a `Thresholds`, or `None` for the defaults.
        chunk_size: rows (examples times samples) given to the model at a time.
        steps: optimizer steps that the model has trained for, if they are known: after fewer
            than `thresholds.least_steps` a collapse is too early to call.
        recipe: the configuration that it was trained with, if it is known: `"name"` and settings;
            it is not recommended again.

    Returns:
        A `CollapseReport`.

    Raises:
        ValueError: an argument lies outside its range, there are fewer than two rows, or a
            callable of the model returns a wrong shape.

    Example: see `LatentModel`.
    """
    check_integer("num_samples", num_samples, low=1)
    check_integer("seed", seed, low=0)
    check_integer("max_rows", max_rows, low=2)
    check_integer("num_examples", num_examples, low=0)
    thresholds = thresholds or Thresholds()
    total = len(latent_model)
    if total < 2:
        raise ValueError(
            "a diagnosis compares inputs with one another and needs at least two rows. "
            f"Received: {total}"
        )
    if total > max_rows:
        rows = np.random.default_rng(seed).choice(total, max_rows, replace=False)
        latent_model = latent_model.subset(np.sort(rows))
    loc, scale = latent_model.posterior()
    figures = latent_metrics(
        latent_model.log_prob,
        latent_model.encode,
        latent_model.inputs,
        num_samples=num_samples,
        prior=latent_model.prior,
        active_threshold=thresholds.active_variance,
        chunk_size=chunk_size,
        seed=seed,
        posterior=(loc, scale),
        distribution=latent_model.distribution,
    )
    figures["latent_dim"] = loc.shape[1]
    prior = latent_model.prior_of_rows(loc.shape)
    output_figures, samples = compare_outputs(latent_model, loc, num_examples, seed)
    figures.update(output_figures)
    means, deviations = moments_of(loc, scale, prior, latent_model.distribution)
    dimensions = examine_dimensions(means, deviations, thresholds, prior, seed)
    active = count_states(dimensions)[ACTIVE]
    verdict, cause = judge(figures, dimensions, thresholds, steps)
    return CollapseReport(
        verdict=verdict,
        cause=cause,
        findings=findings(figures, dimensions, verdict, cause, steps),
        figures=figures,
        dimensions=dimensions,
        samples=samples,
        remedies=remedies_for(verdict, cause, total, figures["rate_nats"], active, recipe),
        rate_per_example=rate(loc, scale, prior, seed=seed, distribution=latent_model.distribution),
        total_rows=total,
        seed=seed,
        thresholds=thresholds,
        steps=steps,
    )
