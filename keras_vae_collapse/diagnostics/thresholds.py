"""The limits between the states and verdicts of a diagnosis."""

import dataclasses

from keras_vae_collapse.core.checks import check_number, check_rate


@dataclasses.dataclass(frozen=True)
class Thresholds:
    """The limits between active and inactive, healthy and collapsed; units are nats.

    Args:
        active_information_nats: least mutual information of the input and one dimension for
            the dimension to be active. The default is that of a Gaussian code whose signal
            has a tenth of the variance of its noise, `log(1 + 0.1) / 2`.
        active_variance: least variance of the posterior mean for the mean to depend on the
            input (Burda et al. 2015). Also the threshold of the metric `active_units`.
        prior_kl_nats: below this mean KL a dimension's posterior is called the prior.
        collapsed_information_nats: below this mutual information the model has collapsed. For
            a very small set it is half of what the set could show, `log(N) / 2`, if less.
        ignored_gap_nats: below this z gap the decoder ignores an informative latent.
        ignored_gap_fraction: it also does below this fraction of the mutual information.
        partial_fraction: a model with a smaller fraction of active dimensions is partial, ...
        sufficient_fraction: ... unless `z` carries at least this fraction of the code length
            of an example, `1 - distortion / importance-weighted NLL`; then the other dimensions
            are spare. For discrete `x`; a density has no code length, and 1 leaves it out.
        unchanged_fraction: a model is partial if at least this fraction of its outputs stays
            the same when `z` is taken from another input.
        least_steps: a model that has trained for fewer optimizer steps is only called healthy, or
            too short to judge: every model begins without use of `z`.

    Raises:
        ValueError: a value is negative, or a fraction is above 1.
    """

    active_information_nats: float = 0.05
    active_variance: float = 0.01
    prior_kl_nats: float = 0.01
    collapsed_information_nats: float = 0.5
    ignored_gap_nats: float = 0.2
    ignored_gap_fraction: float = 0.1
    partial_fraction: float = 0.5
    sufficient_fraction: float = 0.5
    unchanged_fraction: float = 0.9
    least_steps: float = 200

    def __post_init__(self):
        for field in dataclasses.fields(self):
            check = check_rate if field.name.endswith("fraction") else check_number
            arguments = {} if check is check_rate else {"low": 0.0}
            check(field.name, getattr(self, field.name), **arguments)
