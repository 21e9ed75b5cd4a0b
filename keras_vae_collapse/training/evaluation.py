"""All figures of a trained reinflection model over a list of examples."""

import typing

import numpy as np
import tensorflow as tf

from keras_vae_collapse.metrics import (
    active_units,
    distinct_outputs,
    latent_metrics,
    mutual_information,
    rate,
)
from keras_vae_collapse.tasks.reinflection import encode_examples, score_predictions
from keras_vae_collapse.training.pipeline import trim

_ROWS = 2048


class Snapshot(typing.NamedTuple):
    """What the model says of each row: its form, and the posterior's `loc` and `scale`."""

    forms: list
    loc: np.ndarray
    scale: np.ndarray


class EncodedExamples:
    """Examples as arrays sorted by length, with the model's callables over them.

    Args:
        model: a `ReinflectionVAE`.
        examples: examples with a target.

    Attributes:
        latest: the `Snapshot` behind the last `quick_figures`, or `None`.
    """

    def __init__(self, model, examples):
        self.model = model
        self.latest = None
        arrays = encode_examples(examples, model.vocabulary)
        lengths = (arrays["target"] != 0).sum(axis=1)
        self.order = np.argsort(lengths, kind="stable")
        self.arrays = {name: values[self.order] for name, values in arrays.items()}
        self.examples = [examples[i] for i in self.order]
        # New functions for every set: a model's weights may be swapped, its shapes may not.
        self._encode = tf.function(model.encode_ids, reduce_retracing=True)
        self._log_prob = tf.function(model.log_prob, reduce_retracing=True)

    def encode(self, inputs):
        """`(loc, scale)` of the rows of `inputs`."""
        return self._encode(trim(inputs["source"]))

    def log_prob(self, z, inputs):
        """`log p(x_t | z, y)` of each row, nats per word."""
        return self._log_prob(z, inputs["features"], trim(inputs["target"]))

    def posterior(self):
        """`loc` and `scale` of every row, float32 arrays."""
        parts = [self.encode(self.rows(chunk)) for chunk in self._chunks()]
        return tuple(np.concatenate([part[i].numpy() for part in parts]) for i in (0, 1))

    def distortion(self, z):
        """`-log p(x_t | z, y)` of every row for latents `(rows, latent_dim)`."""
        return -np.concatenate(
            [self.log_prob(z[chunk], self.rows(chunk)).numpy() for chunk in self._chunks()]
        )

    def forms(self, beam_width=1):
        """The n-best list of every row, decoded from the posterior mean, best first."""
        rows = self.model.inflect_n_best(
            [e.source for e in self.examples], [e.features for e in self.examples], beam_width
        )
        return [[form for form, _ in n_best] for n_best in rows]

    @property
    def prior(self):
        """The prior as a TFP distribution, `None` for the standard normal."""
        prior = self.model.latent.prior
        return None if prior is None else prior.distribution()

    def rows(self, chunk):
        """The inputs of some rows."""
        return {name: values[chunk] for name, values in self.arrays.items()}

    def _chunks(self):
        count = len(self.examples)
        return [slice(start, start + _ROWS) for start in range(0, count, _ROWS)]


def quick_figures(encoded, seed=0):
    """What is worth knowing after every epoch, in about a second for 1,600 words.

    Leaves the forms and the posterior in `encoded.latest`, for pictures of the same epoch.

    Returns:
        A dictionary: `accuracy`, `levenshtein`, `distortion`, `rate`, `z_gap`,
        `mutual_information` (nats per word), `active_units`, `distinct` (different outputs).
    """
    forms = encoded.forms()
    scores = score_predictions(encoded.examples, forms)
    loc, scale = encoded.posterior()
    rng = np.random.default_rng(seed)
    z = (loc + scale * rng.standard_normal(loc.shape)).astype("float32")
    distortion = encoded.distortion(z)
    permuted = encoded.distortion(np.roll(z, rng.integers(1, max(2, len(z))), axis=0))
    encoded.latest = Snapshot([best for best, *_ in forms], loc, scale)
    return {
        "accuracy": scores["accuracy"],
        "levenshtein": scores["levenshtein"],
        "distortion": float(distortion.mean()),
        "rate": float(rate(loc, scale, encoded.prior, seed=seed).mean()),
        "z_gap": float((permuted - distortion).mean()),
        "mutual_information": mutual_information(loc, scale, num_samples=1, seed=seed),
        "active_units": active_units(loc),
        "distinct": distinct_outputs(encoded.latest.forms),
    }


def evaluate_model(model, examples, beam_width=8, num_samples=50, seed=0):
    """The official metrics with greedy and beam search, and the figures of the latent.

    Args:
        model: a `ReinflectionVAE`.
        examples: examples with a target.
        beam_width: hypotheses of the beam search; 1 for greedy search alone.
        num_samples: samples a word of the importance-weighted NLL.
        seed: of all noise.

    Returns:
        `(figures, predictions)`: a dictionary with the official metrics of greedy search,
        those of the beam search under `beam`, both with `per_pos`, and the latent's figures;
        and for each example, in the order given, its n-best list.
    """
    encoded = EncodedExamples(model, examples)
    greedy = encoded.forms()
    figures = score_predictions(encoded.examples, greedy)
    n_best = greedy
    if beam_width > 1:
        n_best = encoded.forms(beam_width)
        beam = score_predictions(encoded.examples, n_best)
        figures["beam"] = {"width": beam_width, **beam}
    figures["distinct_outputs"] = distinct_outputs(best for best, *_ in greedy)
    figures.update(
        latent_metrics(
            encoded.log_prob,
            encoded.encode,
            encoded.arrays,
            num_samples=num_samples,
            prior=encoded.prior,
            chunk_size=_ROWS,
            seed=seed,
            posterior=encoded.posterior(),
        )
    )
    predictions = [None] * len(examples)
    for row, forms in zip(encoded.order, n_best, strict=True):
        predictions[row] = forms
    return figures, predictions
