"""All that the causes of a collapse are told from."""

import dataclasses

import numpy as np

from keras_vae_collapse.diagnostics.examination.objectives import RATE
from keras_vae_collapse.diagnostics.examination.survey import Survey


@dataclasses.dataclass
class Measurements:
    """Figures of a model in nats per example; `None` where one could not be measured.

    Attributes:
        rate_nats: mean KL of the posterior and the prior.
        information_nats: mutual information of `x` and `z`, at most the log of `examples`.
        distortion_nats: mean distortion with the right `z`.
        start_nats: that of outputs that know nothing: equal probabilities, or zeros.
        z_worth_nats: how much more the distortion is with the `z` of another example.
        prior_worth_nats: the same with `z` from the prior.
        history_worth_nats: the same with the right `z` and all else that the decoder sees of
            another example; `None` where the decoder sees nothing else.
        worth_by_position: `z_worth_nats` by element of the target, `(positions,)`.
        rate_weight: what the loss has of the mean rate, as its gradient shows.
        held_weight: the same where the means are moved 3 away; `None` where not measured.
        relative_weight: weight of the rate for each nat of distortion, `beta`.
        amortisation_gap_nats: how much better the ELBO is with the best posterior of each example.
        singular_values: of the decoder's Jacobian in `z`, in units of the outputs' noise.
        eigenvalues: what `z` could explain, in units of the outputs' noise, largest first.
        examples: number of rows.
        survey: the `Survey`, `None` for a `LatentModel`.
        z_in_loss: whether the loss depends on `z` with a gradient that is not 0.
        rate_in_loss: whether it depends on the posterior beside that.
        distortion_weight: what the loss has of the distortion in nats.
        objective: what the loss asks of the posteriors, see `objectives`.
        averaged_over: how many times less than in a sum each element counts.
        posterior_spread: the largest deviation of a posterior mean from the average.
        counted_padding: share of the padding that counts, `None` where there is none.
        iterations: steps of the optimizer.
    """

    rate_nats: float
    information_nats: float
    examples: int
    latent_dim: int
    survey: Survey | None = None
    z_in_loss: bool | None = None
    rate_in_loss: bool | None = None
    distortion_weight: float | None = None
    distortion_nats: float | None = None
    start_nats: float | None = None
    z_worth_nats: float | None = None
    prior_worth_nats: float | None = None
    history_worth_nats: float | None = None
    worth_by_position: np.ndarray | None = None
    rate_weight: float | None = None
    held_weight: float | None = None
    relative_weight: float | None = None
    amortisation_gap_nats: float | None = None
    singular_values: np.ndarray | None = None
    eigenvalues: np.ndarray | None = None
    counted_padding: float | None = None
    iterations: int | None = None
    posterior_spread: float | None = None
    averaged_over: float | None = None
    objective: str = RATE
