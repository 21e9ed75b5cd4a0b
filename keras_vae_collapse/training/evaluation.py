"""All figures of a trained model over a list of examples."""

import typing

import numpy as np

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.diagnostics import LatentModel
from keras_vae_collapse.metrics import (
    active_units,
    distinct_outputs,
    latent_metrics,
    mutual_information,
    rate,
)
from keras_vae_collapse.metrics.gaps import distortion_and_z_gap
from keras_vae_collapse.metrics.posterior import standardized
from keras_vae_collapse.models import SequenceVAE
from keras_vae_collapse.models.functions import ModelFunctions
from keras_vae_collapse.tasks.task import Task

_ROWS = 2048
# Logits that a model makes at once: 256 MB of them, and some copies.
_LOGITS = 2**26
_AT_LAST = 10**9  # a step after the end of any training


class Snapshot(typing.NamedTuple):
    """What a model says of each example: its best output, and the posterior's `loc`, `scale`."""

    outputs: list
    loc: np.ndarray
    scale: np.ndarray


class EncodedExamples:
    """A model on examples of a task, sorted by length, so that chunks carry little padding.

    Args:
        task: a `Task`.
        model: its model, as `Task.model` makes it.
        examples: examples with a target, at least two.

    Raises:
        ValueError: there are fewer.

    Attributes:
        examples: in the order of all that is computed; `order` are their places in the list given.
        latent_model: the `LatentModel` that metrics and diagnosis take.
        latest: the `Snapshot` of the last `quick_figures`, or `None`.
        columns, rows, gold: the examples as texts, for tables.
        distribution: of posteriors that are no Gaussians, see `latent_metrics`; else `None`.
    """

    def __init__(self, task, model, examples):
        if len(examples) < 2:
            raise ValueError(
                "a set to measure a model on must have at least two examples, since the figures "
                f"of a latent compare them. Received: {len(examples)}"
            )
        self.task, self.model, self.latest = task, model, None
        arrays = task.encode(examples)
        lengths = (arrays["target"] != PAD).sum(axis=1)
        self.order = np.argsort(lengths, kind="stable")
        self.examples = [examples[i] for i in self.order]
        self.columns = task.columns
        self.rows = [task.cells(example) for example in self.examples]
        self.gold = [task.gold(example) for example in self.examples]
        functions, prior = ModelFunctions(model), model.latent.prior
        self.distribution = getattr(model.latent, "posterior", None)
        self.latent_model = LatentModel(
            encode=functions.encode,
            log_prob=in_row_blocks(functions.log_prob, task.vocabulary_size),
            inputs={name: values[self.order] for name, values in arrays.items()},
            decode=lambda z, inputs: task.texts(model, functions.decode(z, inputs)[:, 0]),
            prior=None if prior is None else prior.distribution(),
            labels=[" + ".join(cells) for cells in self.rows],
            gold=self.gold,
            distribution=self.distribution,
        )

    @property
    def prior(self):
        """The prior as a TFP distribution, `None` for the standard normal."""
        prior = self.model.latent.prior
        return None if prior is None else prior.distribution()

    def posterior(self):
        """`loc` and `scale` of every example, float32 arrays."""
        return tuple(part.astype("float32") for part in self.latent_model.posterior(_ROWS))

    def distortion_and_z_gap(self, loc, scale, seed=0):
        """Both in nats per example, by one permutation of one sample of the posterior."""
        model, options = self.latent_model, (1, _ROWS, seed, self.distribution)
        return distortion_and_z_gap(model.log_prob, loc, scale, model.inputs, *options)

    def outputs(self, beam_width=1):
        """The n-best list of every example, decoded from the posterior mean, best first."""
        return self.task.outputs(self.model, self.examples, beam_width)


def in_row_blocks(log_prob, vocabulary_size):
    """`log_prob(z, inputs)` in as many blocks of rows as keep its logits in bounded memory.

    Most sets and vocabularies fit into one block. The logits of 2,048 texts of 80 symbols, out of
    a vocabulary of 10,000, would take 6.5 GB.
    """

    def blockwise(z, inputs):
        longest = int((inputs["target"] != PAD).sum(axis=1).max(initial=1))
        size = max(1, _LOGITS // (vocabulary_size * longest))
        if len(z) <= size:
            return log_prob(z, inputs)
        blocks = [slice(start, start + size) for start in range(0, len(z), size)]
        parts = [
            log_prob(z[rows], {name: values[rows] for name, values in inputs.items()})
            for rows in blocks
        ]
        return np.concatenate(parts)

    return blockwise


def aimed_rate(model):
    """The least rate that a model's rate term aims at, in nats per example; 0 where it has none.

    A minus distortion and rate, the rate counted as at least this one, chooses weights: the ELBO
    alone prefers those that have collapsed, which the rate term is there to prevent.
    """
    term, dims = model.latent.rate_term, model.latent.latent_dim
    aimed = getattr(term, "rate_nats", None)
    if callable(aimed):  # a schedule: where it leads
        aimed = aimed(_AT_LAST)
    if aimed is None and hasattr(term, "free_nats"):
        groups = {"total": 1, "dimension": dims, "mean": dims}.get(term.over)
        aimed = term.free_nats * (dims / term.over if groups is None else groups)
    return float(aimed or 0.0)


def constrained_elbo(model, distortion, rate_nats):
    """Minus distortion and rate, in nats per example, the rate counted as `aimed_rate` at least.

    Where the rate term aims at a distortion instead, what goes beyond that counts a hundredfold:
    weights that meet the constraint are preferred, and among them those of the least rate. Where
    it has a `rate_weight`, the rate counts as much.
    """
    term = model.latent.rate_term
    if hasattr(term, "distortion_nats"):
        distortion += 99.0 * max(distortion - term.distortion_nats, 0.0)
    weight = getattr(term, "rate_weight", 1.0)
    return -distortion - weight * max(rate_nats, aimed_rate(model))


def quick_figures(encoded, seed=0):
    """What is worth knowing after every epoch, in about a second for 1,600 examples.

    Leaves outputs and posterior in `encoded.latest`, for pictures of the same epoch.

    Returns:
        A dictionary: the task's `epoch_figures`, `distortion`, `rate`, `z_gap`,
        `mutual_information`, `constrained_elbo` (nats per example), `active_units`, `distinct`
        (different outputs).
    """
    outputs = encoded.outputs()
    figures = encoded.task.figures(encoded.examples, outputs)
    loc, scale = encoded.posterior()
    distortion, gap = encoded.distortion_and_z_gap(loc, scale, seed)
    prior, options = encoded.prior, {"seed": seed, "distribution": encoded.distribution}
    rate_nats = float(rate(loc, scale, prior, **options).mean())
    encoded.latest = Snapshot([best for best, *_ in outputs], loc, scale)
    return {
        **{n: encoded.task.figure(figures, n) for n in encoded.task.epoch_figures},
        "distortion": distortion,
        "rate": rate_nats,
        "constrained_elbo": constrained_elbo(encoded.model, distortion, rate_nats),
        "z_gap": gap,
        "mutual_information": mutual_information(loc, scale, num_samples=1, **options),
        "active_units": active_units(standardized(loc, prior, encoded.distribution)),
        "distinct": distinct_outputs(encoded.latest.outputs),
    }


def evaluate(
    task: Task,
    model: SequenceVAE,
    examples: list,
    beam_width: int = 8,
    num_samples: int = 50,
    seed: int = 0,
) -> tuple[dict, list]:
    """The task's figures with greedy and beam search, and the figures of the latent.

    Args:
        task: a `Task`.
        model: its model.
        examples: examples with a target.
        beam_width: hypotheses of the beam search; 1 for greedy search alone.
        num_samples: samples of each example for the importance-weighted NLL.
        seed: of all noise.

    Returns:
        `(figures, outputs)`: a dictionary with the task's figures of greedy search, those of the
        beam search under `beam`, and the latent's; and for each example, in the order given, its
        n-best list.
    """
    encoded = EncodedExamples(task, model, examples)
    greedy = encoded.outputs()
    figures = task.figures(encoded.examples, greedy)
    n_best = greedy
    if beam_width > 1:
        n_best = encoded.outputs(beam_width)
        figures["beam"] = {"width": beam_width, **task.figures(encoded.examples, n_best)}
    figures["distinct_outputs"] = distinct_outputs(best for best, *_ in greedy)
    latent_model = encoded.latent_model
    figures.update(
        latent_metrics(
            latent_model.log_prob,
            latent_model.encode,
            latent_model.inputs,
            num_samples=num_samples,
            prior=encoded.prior,
            chunk_size=_ROWS,
            seed=seed,
            posterior=encoded.posterior(),
            distribution=encoded.distribution,
        )
    )
    found = figures["distortion_nats"], figures["rate_nats"]
    figures["constrained_elbo"] = constrained_elbo(model, *found)
    figures.update(task.further_figures(figures, model, seed))
    outputs = [None] * len(examples)
    for row, texts in zip(encoded.order, n_best, strict=True):
        outputs[row] = texts
    return figures, outputs
