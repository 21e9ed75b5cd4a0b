"""Distortions: the other half of the loss of a VAE, Keras losses in nats per example."""

from keras_vae_collapse.losses.distortions.bernoulli_nll import BernoulliNLL
from keras_vae_collapse.losses.distortions.gaussian_nll import GaussianNLL
from keras_vae_collapse.losses.distortions.sequence_nll import SequenceNLL
from keras_vae_collapse.losses.distortions.watched_distortion import WatchedDistortion

__all__ = ["BernoulliNLL", "GaussianNLL", "SequenceNLL", "WatchedDistortion"]
