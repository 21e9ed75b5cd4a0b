"""Decoders of every recurrence whose outputs depend on z, on the condition and on the history."""

import keras
import numpy as np

from keras_vae_collapse.core.special_ids import PAD, SOS, UNK
from keras_vae_collapse.layers import (
    AuxiliaryStateCost,
    CharDropout,
    EmbeddingDropout,
    LatentAttention,
)
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.models.decoding_steps import decode

SIZE, LENGTH = 9, 5
Z = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
CONDITION = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0]], "float32")
TARGET = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0], [5, 5, 3, 0, 0]])
GRU = {"class": "GRUDecoder", "units": 6}
ALIGNED = {"class": "AlignedGRUDecoder", "units": 6, "slots": 3}
FORWARD = {"class": "HistorylessGRUDecoder", "units": 6}
BOTH = {**FORWARD, "bidirectional": True}
# (recurrence, spacing of three slots or None for no slots, whether there is a condition)
CASES = {
    "gru": (GRU, None, True),
    "gru, no condition": (GRU, None, False),
    "gru, slots": (GRU, 1.0, True),
    "aligned": (ALIGNED, 1.5, True),
    "aligned, no condition": (ALIGNED, 0.0, False),
    "forward": (FORWARD, None, True),
    "forward, slots, no condition": (FORWARD, 1.0, False),
    "both": (BOTH, None, False),
    "both, slots": (BOTH, 1.5, True),
}
KEPT = (PAD, SOS)
EVERYTHING = {
    "history_dropout": CharDropout(0.5, UNK, KEPT),
    "embedding_dropout": EmbeddingDropout(0.5),
    "dropout": 0.5,
    "auxiliary_state_cost": AuxiliaryStateCost(3, vocabulary_size=SIZE),
}


def make(recurrence, spacing=None, condition=True, **options):
    """A decoder far from its start, where all outputs would be the same; and its condition."""
    keras.utils.set_random_seed(1)
    attention = None if spacing is None else LatentAttention(3, 4, spacing=spacing)
    decoder = SequenceDecoder(
        SIZE,
        recurrence,
        embedding_dim=4,
        condition_dim=4 if condition else 0,
        latent_attention=attention,
        max_length=LENGTH + 1,
        **options,
    )
    condition = CONDITION if condition else None
    decoder(Z, condition, TARGET)
    for weight in decoder.trainable_weights:
        weight.assign(2.0 * weight)
    return decoder, condition


def search(decoder, condition, width):
    return decode(decoder, Z, condition, LENGTH, width)


def copied(options):
    """The options with layers of their own, since a layer belongs to one decoder."""
    serialize, copy = keras.saving.serialize_keras_object, keras.saving.deserialize_keras_object
    return {name: copy(serialize(part)) for name, part in options.items()}
