"""One case for every public class: how to make it, and a small model that uses it.

`HOSTS[name]` returns a Keras model in which an object of that class takes part; `INPUTS[name]`
the arrays it is called with. A public class without an entry fails the suite.
"""

import keras
import numpy as np

from keras_vae_collapse import layers, losses, metrics, models, schedules
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary

BATCH, LENGTH, DIM, VOCABULARY = 8, 6, 5, 9
WORDS = Vocabulary.from_examples(
    [Example("evler", "case=ABL,num=SG", "evden"), Example("gözü", "case=DAT", "göze")]
)

_rng = np.random.default_rng(0)
IDS = _rng.integers(4, VOCABULARY, (BATCH, LENGTH)).astype("int32")
IDS[::2, 4:] = 0
FEATURES = _rng.normal(size=(BATCH, DIM)).astype("float32")
SEQUENCE = _rng.normal(size=(BATCH, LENGTH, DIM)).astype("float32")
ACTIVE = (_rng.random((BATCH, 4)) < 0.5).astype("float32")
EXAMPLES = {
    "source": _rng.integers(4, WORDS.size, (BATCH, LENGTH)).astype("int32"),
    "features": (_rng.random((BATCH, WORDS.feature_size)) < 0.5).astype("float32"),
    "target": _rng.integers(3, WORDS.size, (BATCH, LENGTH)).astype("int32"),
}


def _ids_model(layer):
    ids = keras.Input((LENGTH,), dtype="int32")
    embedded = keras.layers.Embedding(VOCABULARY, 3)(layer(ids))
    return keras.Model(ids, keras.layers.Dense(1)(keras.layers.Flatten()(embedded)))


def _latent_model(latent):
    x = keras.Input((DIM,))
    hidden = keras.layers.Dense(4, activation="tanh")(x)
    return keras.Model(x, keras.layers.Dense(1)(latent(hidden)))


def _rate_model(term):
    return _latent_model(layers.GaussianLatent(3, rate_term=term, seed=1))


def _call(layer, *arrays, **kwargs):
    """A functional model of one layer on inputs shaped like the arrays."""
    inputs = [keras.Input(a.shape[1:], dtype=a.dtype.name) for a in arrays]
    outputs = layer(*inputs, **kwargs)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


def _embedding_dropout():
    ids = keras.Input((LENGTH,), dtype="int32")
    embedded = keras.layers.Embedding(VOCABULARY, 3)(ids)
    return keras.Model(ids, layers.EmbeddingDropout(0.3, seed=1)(embedded, ids=ids))


def _auxiliary():
    z, states, embedded = (keras.Input(a.shape[1:]) for a in (FEATURES, SEQUENCE, SEQUENCE))
    ids = keras.Input((LENGTH,), dtype="int32")
    cost = layers.AuxiliaryStateCost(3, weight=0.1, vocabulary_size=VOCABULARY)
    return keras.Model([z, states, embedded, ids], cost(z, states, embedded, ids=ids))


def _vae():
    return models.ReinflectionVAE(
        WORDS,
        encoder=layers.WordEncoder(WORDS.size, units=4, char_dim=3),
        latent=layers.GaussianLatent(3, rate_term=losses.MDRConstraint(5.0), seed=1),
        decoder=models.InflectionDecoder(WORDS.size, units=4, char_dim=3, feature_dim=3),
    )


@keras.saving.register_keras_serializable(package="keras_vae_collapse_tests")
class MonteCarloRate(losses.RateTerm):
    """The smallest rate term of a user's own."""

    def penalty(self, kl, mean, training):
        return 0.5 * mean(keras.ops.sum(kl, axis=-1))


_KL = losses.KLDivergence
HOSTS = {
    "CharDropout": lambda: _ids_model(layers.CharDropout(0.3, 1, seed=1)),
    "ContiguousDropout": lambda: _ids_model(layers.ContiguousDropout(0.2, 2.0, 1, seed=1)),
    "EmbeddingDropout": _embedding_dropout,
    "Dropout": lambda: _call(layers.Dropout(0.3, seed=1), SEQUENCE),
    "GaussianLatent": lambda: _latent_model(layers.GaussianLatent(3, _KL(), seed=1)),
    "BatchNormGaussianLatent": lambda: _latent_model(
        layers.BatchNormGaussianLatent(3, rate_term=_KL(), seed=1)
    ),
    "DeltaGaussianLatent": lambda: _latent_model(
        layers.DeltaGaussianLatent(3, delta_nats=1.0, rate_term=_KL(), seed=1)
    ),
    "MixturePrior": lambda: _latent_model(
        layers.GaussianLatent(3, _KL(), prior=layers.MixturePrior(2, 3), seed=1)
    ),
    "AttentionPooling": lambda: _call(layers.AttentionPooling(2, 3, spacing=1.5), SEQUENCE),
    "FeatureAttention": lambda: _call(layers.FeatureAttention(3), ACTIVE, SEQUENCE),
    "LatentAttention": lambda: _call(
        layers.LatentAttention(DIM, 3, spacing=1.5), FEATURES, SEQUENCE
    ),
    "AlignedGRUDecoder": lambda: _call(
        layers.AlignedGRUDecoder(3, LENGTH), FEATURES, SEQUENCE, SEQUENCE
    ),
    "GRU": lambda: _call(layers.GRU(3, return_sequences=True), SEQUENCE),
    "GRUDecoder": lambda: _call(layers.GRUDecoder(3), FEATURES, SEQUENCE),
    "HistorylessGRUDecoder": lambda: _call(
        layers.HistorylessGRUDecoder(3, bidirectional=True), FEATURES, length=LENGTH
    ),
    "WordEncoder": lambda: _call(layers.WordEncoder(VOCABULARY, 3, 2), IDS),
    "BagOfChars": lambda: _call(layers.BagOfChars(VOCABULARY), IDS),
    "BagOfCharsHead": lambda: _call(layers.BagOfCharsHead(VOCABULARY), FEATURES, IDS),
    "AuxiliaryStateCost": _auxiliary,
    "KLDivergence": lambda: _rate_model(_KL(0.5)),
    "FreeBitsKL": lambda: _rate_model(losses.FreeBitsKL(0.1)),
    "SoftFreeBitsKL": lambda: _rate_model(losses.SoftFreeBitsKL(2.0)),
    "MDRConstraint": lambda: _rate_model(losses.MDRConstraint(2.0)),
    "TargetRate": lambda: _rate_model(losses.TargetRate(2.0)),
    "ControlVAEKL": lambda: _rate_model(losses.ControlVAEKL(2.0)),
    "RateTerm": lambda: _rate_model(MonteCarloRate()),
    "LinearAnnealing": lambda: _rate_model(_KL(schedules.LinearAnnealing(0.1))),
    "ExponentialAnnealing": lambda: _rate_model(_KL(schedules.ExponentialAnnealing(0.1))),
    "LogisticAnnealing": lambda: _rate_model(_KL(schedules.LogisticAnnealing(0.1, 5))),
    "CyclicalAnnealing": lambda: _rate_model(_KL(schedules.CyclicalAnnealing(4))),
    "ReinflectionVAE": _vae,
    "InflectionDecoder": _vae,
}
_IDS_HOSTS = ("CharDropout", "ContiguousDropout", "EmbeddingDropout", "WordEncoder", "BagOfChars")
INPUTS = dict.fromkeys(HOSTS, FEATURES) | {
    **dict.fromkeys(_IDS_HOSTS, IDS),
    "Dropout": SEQUENCE,
    "GRU": SEQUENCE,
    "AttentionPooling": SEQUENCE,
    "AlignedGRUDecoder": [FEATURES, SEQUENCE, SEQUENCE],
    "LatentAttention": [FEATURES, SEQUENCE],
    "FeatureAttention": [ACTIVE, SEQUENCE],
    "GRUDecoder": [FEATURES, SEQUENCE],
    "BagOfCharsHead": [FEATURES, IDS],
    "AuxiliaryStateCost": [FEATURES, SEQUENCE, SEQUENCE, IDS],
    "ReinflectionVAE": EXAMPLES,
    "InflectionDecoder": EXAMPLES,
}
PUBLIC = {
    name: getattr(module, name)
    for module in (layers, losses, metrics, models, schedules)
    for name in module.__all__
    if isinstance(getattr(module, name), type)
}
METRICS = {name for name, cls in PUBLIC.items() if issubclass(cls, keras.metrics.Metric)}
NAMES = sorted(HOSTS)


def inference(name, model):
    """The model's outputs without noise."""
    return np.asarray(model(INPUTS[name], training=False), "float32")


def dataset(name):
    """The inputs as one batch for `fit`, with a target where the model has a loss to fit."""
    import tensorflow as tf

    x = INPUTS[name]
    data = x if isinstance(x, dict) else (tuple(x) if isinstance(x, list) else x,)
    return tf.data.Dataset.from_tensors(data).unbatch().batch(BATCH, drop_remainder=True)
