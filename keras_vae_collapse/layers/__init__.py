"""Layers that weaken the decoder, strengthen the latent, or make up the model."""

from keras_vae_collapse.layers.aligned_gru_decoder import AlignedGRUDecoder
from keras_vae_collapse.layers.attention_pooling import AttentionPooling
from keras_vae_collapse.layers.auxiliary_state_cost import AuxiliaryStateCost
from keras_vae_collapse.layers.bag_of_chars import BagOfChars
from keras_vae_collapse.layers.bag_of_chars_head import BagOfCharsHead
from keras_vae_collapse.layers.batch_norm_gaussian_latent import BatchNormGaussianLatent
from keras_vae_collapse.layers.char_dropout import CharDropout
from keras_vae_collapse.layers.contiguous_dropout import ContiguousDropout
from keras_vae_collapse.layers.delta_gaussian_latent import DeltaGaussianLatent
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.embedding_dropout import EmbeddingDropout
from keras_vae_collapse.layers.feature_attention import FeatureAttention
from keras_vae_collapse.layers.gaussian_latent import GaussianLatent
from keras_vae_collapse.layers.gru import GRU
from keras_vae_collapse.layers.gru_decoder import GRUDecoder
from keras_vae_collapse.layers.historyless_gru_decoder import HistorylessGRUDecoder
from keras_vae_collapse.layers.latent_attention import LatentAttention
from keras_vae_collapse.layers.mixture_prior import MixturePrior
from keras_vae_collapse.layers.word_encoder import WordEncoder

__all__ = [
    "GRU",
    "AlignedGRUDecoder",
    "AttentionPooling",
    "AuxiliaryStateCost",
    "BagOfChars",
    "BagOfCharsHead",
    "BatchNormGaussianLatent",
    "CharDropout",
    "ContiguousDropout",
    "DeltaGaussianLatent",
    "Dropout",
    "EmbeddingDropout",
    "FeatureAttention",
    "GRUDecoder",
    "GaussianLatent",
    "HistorylessGRUDecoder",
    "LatentAttention",
    "MixturePrior",
    "WordEncoder",
]
