"""Keras callbacks: what happens at the end of a batch or an epoch."""

from keras_vae_collapse.callbacks.aggressive_encoder import AggressiveEncoder
from keras_vae_collapse.callbacks.best_weights import BestWeights
from keras_vae_collapse.callbacks.collapse_warning import CollapseWarning
from keras_vae_collapse.callbacks.dev_evaluation import DevEvaluation
from keras_vae_collapse.callbacks.encoder_pretraining import EncoderPretraining
from keras_vae_collapse.callbacks.interrupts import Interrupts
from keras_vae_collapse.callbacks.learning_rate_decay import LearningRateDecay
from keras_vae_collapse.callbacks.nan_guard import NaNGuard, NotFiniteLoss
from keras_vae_collapse.callbacks.progress_bar import ProgressBar
from keras_vae_collapse.callbacks.time_limit import TimeLimit

__all__ = [
    "AggressiveEncoder",
    "BestWeights",
    "CollapseWarning",
    "DevEvaluation",
    "EncoderPretraining",
    "Interrupts",
    "LearningRateDecay",
    "NaNGuard",
    "NotFiniteLoss",
    "ProgressBar",
    "TimeLimit",
]
