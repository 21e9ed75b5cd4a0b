"""Models of sequences with a latent variable, and their parts."""

from keras_vae_collapse.models.sequence_decoder import SequenceDecoder
from keras_vae_collapse.models.sequence_vae import SequenceVAE

__all__ = ["SequenceDecoder", "SequenceVAE"]
