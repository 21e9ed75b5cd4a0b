"""Figures about the latent variable of a model, in nats per example."""

from keras_vae_collapse.metrics.active_units import (
    ActiveUnits,
    active_units,
    posterior_mean_variance,
)
from keras_vae_collapse.metrics.chunks import encode_all
from keras_vae_collapse.metrics.gaps import prior_gap, z_gap
from keras_vae_collapse.metrics.importance_weighted_nll import (
    importance_sample,
    importance_weighted_nll,
)
from keras_vae_collapse.metrics.latent import distinct_outputs, latent_metrics
from keras_vae_collapse.metrics.linear_probe import linear_probe
from keras_vae_collapse.metrics.mutual_information import mutual_information
from keras_vae_collapse.metrics.rate import rate, rate_per_dimension

__all__ = [
    "ActiveUnits",
    "active_units",
    "distinct_outputs",
    "encode_all",
    "importance_sample",
    "importance_weighted_nll",
    "latent_metrics",
    "linear_probe",
    "mutual_information",
    "posterior_mean_variance",
    "prior_gap",
    "rate",
    "rate_per_dimension",
    "z_gap",
]
