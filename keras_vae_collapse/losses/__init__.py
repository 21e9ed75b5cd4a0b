"""The two halves of the loss of a VAE in nats per example: rate terms, and distortions."""

from keras_vae_collapse.losses.control_vae_kl import ControlVAEKL
from keras_vae_collapse.losses.distortions import BernoulliNLL, GaussianNLL, SequenceNLL
from keras_vae_collapse.losses.free_bits_kl import FreeBitsKL
from keras_vae_collapse.losses.kl_divergence import KLDivergence
from keras_vae_collapse.losses.mdr_constraint import MDRConstraint
from keras_vae_collapse.losses.rate_term import RateTerm
from keras_vae_collapse.losses.soft_free_bits_kl import SoftFreeBitsKL
from keras_vae_collapse.losses.target_rate import TargetRate

__all__ = [
    "BernoulliNLL",
    "ControlVAEKL",
    "FreeBitsKL",
    "GaussianNLL",
    "KLDivergence",
    "MDRConstraint",
    "RateTerm",
    "SequenceNLL",
    "SoftFreeBitsKL",
    "TargetRate",
]
