"""Layers that weaken the decoder, strengthen the latent, or make up the model."""

import warnings

from keras_vae_collapse.core.registration import RENAMED
from keras_vae_collapse.layers.aligned_gru_decoder import AlignedGRUDecoder
from keras_vae_collapse.layers.attention_pooling import AttentionPooling
from keras_vae_collapse.layers.auxiliary_state_cost import AuxiliaryStateCost
from keras_vae_collapse.layers.bag_of_chars import BagOfChars
from keras_vae_collapse.layers.bag_of_chars_head import BagOfCharsHead
from keras_vae_collapse.layers.batch_norm_gaussian_latent import BatchNormGaussianLatent
from keras_vae_collapse.layers.bernoulli_attributes import BernoulliAttributes
from keras_vae_collapse.layers.categorical_attributes import CategoricalAttributes
from keras_vae_collapse.layers.char_dropout import CharDropout
from keras_vae_collapse.layers.condition_attention import ConditionAttention
from keras_vae_collapse.layers.contiguous_dropout import ContiguousDropout
from keras_vae_collapse.layers.delta_gaussian_latent import DeltaGaussianLatent
from keras_vae_collapse.layers.dropout import Dropout
from keras_vae_collapse.layers.du_gaussian_latent import DUGaussianLatent
from keras_vae_collapse.layers.embedding_dropout import EmbeddingDropout
from keras_vae_collapse.layers.gaussian_latent import GaussianLatent
from keras_vae_collapse.layers.gru import GRU
from keras_vae_collapse.layers.gru_decoder import GRUDecoder
from keras_vae_collapse.layers.gru_encoder import GRUEncoder
from keras_vae_collapse.layers.hard_kumaraswamy_attributes import HardKumaraswamyAttributes
from keras_vae_collapse.layers.historyless_gru_decoder import HistorylessGRUDecoder
from keras_vae_collapse.layers.latent_attention import LatentAttention
from keras_vae_collapse.layers.latent_skip import LatentSkip
from keras_vae_collapse.layers.lstm import LSTM
from keras_vae_collapse.layers.lstm_decoder import LSTMDecoder
from keras_vae_collapse.layers.lstm_encoder import LSTMEncoder
from keras_vae_collapse.layers.mixture_prior import MixturePrior
from keras_vae_collapse.layers.partial_supervision import PartialSupervision
from keras_vae_collapse.layers.transformer_decoder import TransformerDecoder
from keras_vae_collapse.layers.transformer_encoder import TransformerEncoder
from keras_vae_collapse.layers.vamp_prior import VampPrior
from keras_vae_collapse.layers.von_mises_fisher_latent import VonMisesFisherLatent

__all__ = [
    "GRU",
    "LSTM",
    "AlignedGRUDecoder",
    "AttentionPooling",
    "AuxiliaryStateCost",
    "BagOfChars",
    "BagOfCharsHead",
    "BatchNormGaussianLatent",
    "BernoulliAttributes",
    "CategoricalAttributes",
    "CharDropout",
    "ConditionAttention",
    "ContiguousDropout",
    "DUGaussianLatent",
    "DeltaGaussianLatent",
    "Dropout",
    "EmbeddingDropout",
    "GRUDecoder",
    "GRUEncoder",
    "GaussianLatent",
    "HardKumaraswamyAttributes",
    "HistorylessGRUDecoder",
    "LSTMDecoder",
    "LSTMEncoder",
    "LatentAttention",
    "LatentSkip",
    "MixturePrior",
    "PartialSupervision",
    "TransformerDecoder",
    "TransformerEncoder",
    "VampPrior",
    "VonMisesFisherLatent",
]


def __getattr__(name):
    current = RENAMED.get(name)
    if current not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(f"{name} is now {current}", DeprecationWarning, stacklevel=2)
    return globals()[current]
