"""The reinflection model and its parts."""

from keras_vae_collapse.models.inflection_decoder import InflectionDecoder
from keras_vae_collapse.models.reinflection_vae import ReinflectionVAE

__all__ = ["InflectionDecoder", "ReinflectionVAE"]
