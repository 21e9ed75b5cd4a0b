"""One case for every public class of losses, layers, metrics and schedules.

A public class without a case fails the suite.
"""

import keras
import numpy as np
from rate_term_cases import TERMS

from keras_vae_collapse import layers, losses, metrics, schedules

BATCH, LENGTH, DIM, VOCABULARY = 8, 6, 5, 9

_rng = np.random.default_rng(0)
IDS = _rng.integers(4, VOCABULARY, (BATCH, LENGTH)).astype("int32")
IDS[::2, 4:] = 0
VECTOR = _rng.normal(size=(BATCH, DIM)).astype("float32")
SEQUENCE = _rng.normal(size=(BATCH, LENGTH, DIM)).astype("float32")
CONDITION = (_rng.random((BATCH, 4)) < 0.5).astype("float32")
LABELLED = np.tile([1.0, 0.0], BATCH // 2).astype("float32")
ONE_VALUE = np.eye(4, dtype="float32")[_rng.integers(4, size=BATCH)]

_KL = losses.KLDivergence


@keras.saving.register_keras_serializable(package="cases")
class BoundVampPrior(layers.VampPrior):
    """A prior whose encoder needs no model around it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.bind(lambda u: (u, keras.ops.ones_like(u)))


# How to make the layer, the arrays it is called with, and further arguments of the call.
LAYERS = {
    "AlignedGRUDecoder": (
        lambda: layers.AlignedGRUDecoder(3, LENGTH),
        (VECTOR, SEQUENCE, SEQUENCE),
    ),
    "AttentionPooling": (lambda: layers.AttentionPooling(2, 3, spacing=1.5), (SEQUENCE,)),
    "AuxiliaryStateCost": (
        lambda: layers.AuxiliaryStateCost(3, weight=0.1, vocabulary_size=VOCABULARY),
        (VECTOR, SEQUENCE, SEQUENCE, IDS),
    ),
    "BagOfChars": (lambda: layers.BagOfChars(VOCABULARY), (IDS,)),
    "BagOfCharsHead": (lambda: layers.BagOfCharsHead(VOCABULARY), (VECTOR, IDS)),
    "BatchNormGaussianLatent": (
        lambda: layers.BatchNormGaussianLatent(3, rate_term=_KL(), seed=1),
        (VECTOR,),
    ),
    "BernoulliAttributes": (
        lambda: layers.BernoulliAttributes(4, [[0, 1], [3]], units=3, seed=1),
        (VECTOR,),
    ),
    "CategoricalAttributes": (
        lambda: layers.CategoricalAttributes(
            4, [[0, 1], [3]], units=3, temperature=schedules.ExponentialCooling(1e-3), seed=1
        ),
        (VECTOR,),
    ),
    "CharDropout": (lambda: layers.CharDropout(0.3, 1, seed=1), (IDS,)),
    "ConditionAttention": (lambda: layers.ConditionAttention(3), (CONDITION, SEQUENCE)),
    "ContiguousDropout": (lambda: layers.ContiguousDropout(0.2, 2.0, 1, seed=1), (IDS,)),
    "DUGaussianLatent": (
        lambda: layers.DUGaussianLatent(3, variance_dropout=0.3, rate_term=_KL(), seed=1),
        (VECTOR,),
    ),
    "DeltaGaussianLatent": (
        lambda: layers.DeltaGaussianLatent(3, delta_nats=1.0, rate_term=_KL(), seed=1),
        (VECTOR,),
    ),
    "Dropout": (lambda: layers.Dropout(0.3, seed=1), (SEQUENCE,)),
    "EmbeddingDropout": (lambda: layers.EmbeddingDropout(0.3, seed=1), (SEQUENCE, IDS)),
    "GRU": (lambda: layers.GRU(3, return_sequences=True), (SEQUENCE,)),
    "GRUDecoder": (lambda: layers.GRUDecoder(3), (VECTOR, SEQUENCE)),
    "GRUEncoder": (lambda: layers.GRUEncoder(VOCABULARY, 3, 2), (IDS,)),
    "GaussianLatent": (lambda: layers.GaussianLatent(3, _KL(), seed=1), (VECTOR,)),
    "HardKumaraswamyAttributes": (
        lambda: layers.HardKumaraswamyAttributes(4, [[0, 1], [3]], units=3, seed=1),
        (VECTOR,),
    ),
    "HistorylessGRUDecoder": (
        lambda: layers.HistorylessGRUDecoder(3, bidirectional=True),
        (VECTOR,),
        {"length": LENGTH},
    ),
    "LSTM": (lambda: layers.LSTM(3, return_sequences=True), (SEQUENCE,)),
    "LSTMDecoder": (lambda: layers.LSTMDecoder(3), (VECTOR, SEQUENCE)),
    "LSTMEncoder": (lambda: layers.LSTMEncoder(VOCABULARY, 3, 2, bidirectional=False), (IDS,)),
    "LatentAttention": (lambda: layers.LatentAttention(DIM, 3, spacing=1.5), (VECTOR, SEQUENCE)),
    "LatentSkip": (lambda: layers.LatentSkip(3), (SEQUENCE, VECTOR)),
    "MixturePrior": (lambda: layers.MixturePrior(2, DIM), (VECTOR,)),
    "PartialSupervision": (
        lambda: layers.PartialSupervision(
            layers.CategoricalAttributes(4, [[0, 1], [3]], units=3, seed=1), weight=0.5
        ),
        (ONE_VALUE, LABELLED, VECTOR),
    ),
    "TransformerDecoder": (
        lambda: layers.TransformerDecoder(
            4, 1, 2, z_input="memory", positions="learned", max_length=LENGTH
        ),
        (VECTOR, SEQUENCE),
    ),
    "TransformerEncoder": (
        lambda: layers.TransformerEncoder(VOCABULARY, 4, 2, heads=2, pooling="first"),
        (IDS,),
    ),
    "VampPrior": (lambda: BoundVampPrior(2, DIM), (VECTOR,)),
    "VonMisesFisherLatent": (
        lambda: layers.VonMisesFisherLatent(3, 5.0, rate_term=_KL(), seed=1),
        (VECTOR,),
    ),
}
PUBLIC = {
    name: getattr(module, name)
    for module in (layers, losses, metrics, schedules)
    for name in module.__all__
    if isinstance(getattr(module, name), type)
}


def classes_of_terms():
    """Classes of the rate terms among the cases, and of the schedules of all cases."""
    terms = [make() for make in (*TERMS.values(), LAYERS["CategoricalAttributes"][0])]
    parts = [part for term in terms for part in (term, *vars(term).values())]
    return {type(part) for part in parts if type(part).__name__ not in LAYERS} | {losses.RateTerm}


def layer_model(name):
    """A functional model of the layer alone, and its inputs."""
    make, arrays, *options = LAYERS[name]
    inputs = [keras.Input(array.shape[1:], dtype=array.dtype.name) for array in arrays]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    return keras.Model(inputs, make()(*keras.tree.flatten(inputs), **dict(*options))), arrays


def latent_model(*terms, **options):
    """A model with one latent layer for each rate term, and its inputs."""
    x = keras.Input((DIM,))
    latents = [
        layers.GaussianLatent(4, term, seed=seed, name=f"latent_{seed}", **options)(x)
        for seed, term in enumerate(terms)
    ]
    return keras.Model(x, latents), (VECTOR,)
