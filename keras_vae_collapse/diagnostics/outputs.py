"""What the decoder generates from an input's own latent, from another's, and from the prior's."""

import dataclasses

import numpy as np

from keras_vae_collapse.metrics import distinct_outputs
from keras_vae_collapse.metrics.gaps import derangement
from keras_vae_collapse.metrics.prior import prior_samples


@dataclasses.dataclass(frozen=True)
class SampleOutput:
    """The outputs for one example, as text.

    Attributes:
        label: the example.
        gold: the expected output, or `None`.
        right: decoded from the posterior mean of the example.
        permuted: decoded from the posterior mean of another example.
        prior: decoded from a draw of the prior.
    """

    label: str
    gold: str | None
    right: str
    permuted: str
    prior: str


def compare_outputs(latent_model, loc, num_examples, seed):
    """Decodes every example three times.

    Returns:
        `(figures, samples)`: the numbers of distinct outputs with `z` right, permuted and
        from the prior, the fraction of outputs that the permutation leaves unchanged, and a
        list of `SampleOutput`; both empty where the model has no `decode`.
    """
    if latent_model.decode is None:
        return {}, []
    rng = np.random.default_rng(seed)
    rows = len(loc)
    prior = prior_samples(latent_model.prior_of_rows(loc.shape), *loc.shape, rng)
    latents = (loc, loc[derangement(rows, rng)], prior)
    right, permuted, prior = (latent_model.outputs(z) for z in latents)
    same = [one == other for one, other in zip(right, permuted, strict=True)]
    figures = {
        "distinct_outputs": distinct_outputs(right),
        "distinct_outputs_permuted_z": distinct_outputs(permuted),
        "distinct_outputs_prior_z": distinct_outputs(prior),
        "unchanged_output_fraction": float(np.mean(same)),
    }
    samples = [
        SampleOutput(
            label=str(latent_model.labels[row] if latent_model.labels else row),
            gold=None if latent_model.gold is None else str(latent_model.gold[row]),
            right=str(right[row]),
            permuted=str(permuted[row]),
            prior=str(prior[row]),
        )
        for row in sorted(rng.permutation(rows)[:num_examples])
    ]
    return figures, samples
