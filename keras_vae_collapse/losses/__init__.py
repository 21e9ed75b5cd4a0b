"""The two halves of the loss of a VAE in nats per example: rate terms, and distortions."""

from keras_vae_collapse.losses.control_vae_kl import ControlVAEKL
from keras_vae_collapse.losses.distortions import (
    BernoulliNLL,
    GaussianNLL,
    SequenceNLL,
    WatchedDistortion,
)
from keras_vae_collapse.losses.free_bits_kl import FreeBitsKL
from keras_vae_collapse.losses.geco import GECO
from keras_vae_collapse.losses.importance_weighted_bound import ImportanceWeightedBound
from keras_vae_collapse.losses.kl_divergence import KLDivergence
from keras_vae_collapse.losses.maximum_mean_discrepancy import MaximumMeanDiscrepancy
from keras_vae_collapse.losses.mdr_constraint import MDRConstraint
from keras_vae_collapse.losses.rate_term import RateTerm
from keras_vae_collapse.losses.soft_free_bits_kl import SoftFreeBitsKL
from keras_vae_collapse.losses.target_rate import TargetRate

__all__ = [
    "GECO",
    "BernoulliNLL",
    "ControlVAEKL",
    "FreeBitsKL",
    "GaussianNLL",
    "ImportanceWeightedBound",
    "KLDivergence",
    "MDRConstraint",
    "MaximumMeanDiscrepancy",
    "RateTerm",
    "SequenceNLL",
    "SoftFreeBitsKL",
    "TargetRate",
    "WatchedDistortion",
]
