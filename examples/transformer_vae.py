"""A Transformer VAE of sentences, of Keras layers but for the latent and its rate term.

    python examples/transformer_vae.py

KerasHub's tokenizers and `keras_hub.layers.TransformerDecoder` go in the same places. They are
not used here, since keras-hub brings tensorflow-text, kagglehub, sentencepiece and tokenizers.
"""

import itertools

import keras
import numpy as np

from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import KLDivergence, MDRConstraint, SequenceNLL

UNITS, LENGTH = 48, 7
SENTENCES = [
    " ".join(words)
    for words in itertools.product(
        "anna bert carl dora emil".split(),
        "sees likes paints finds".split(),
        ("the river", "two birds", "some bread", "an apple"),
        ("in town", "at home", "by sea", "on foot"),
        "today again".split(),
    )
]


def build(vocabulary_size, rate_term):
    """Mean of embedded words, latent, and a block of causal self-attention over z and the words."""
    layers, source, history = keras.layers, keras.Input((LENGTH,)), keras.Input((LENGTH,))
    words, positions = layers.Embedding(vocabulary_size, UNITS), layers.Embedding(LENGTH, UNITS)
    placed = words(source) * (1.0 + positions(np.arange(LENGTH)))
    encoded = layers.Dense(UNITS, "relu")(layers.GlobalAveragePooling1D()(placed))
    z = GaussianLatent(8, rate_term=rate_term, seed=1)(encoded)
    given = layers.RepeatVector(LENGTH)(layers.Dense(UNITS)(z))
    x = words(history) + positions(np.arange(LENGTH)) + given
    normed = layers.LayerNormalization()(x)
    x += layers.MultiHeadAttention(4, UNITS // 4)(normed, normed, use_causal_mask=True)
    x += layers.Dense(UNITS)(layers.Dense(4 * UNITS, "relu")(layers.LayerNormalization()(x)))
    return keras.Model([source, history], layers.Dense(vocabulary_size)(x))


def main():
    tokenizer = keras.layers.TextVectorization(output_sequence_length=LENGTH)
    tokenizer.adapt(SENTENCES)
    ids = np.asarray(tokenizer(SENTENCES), "int32")
    history = np.concatenate([np.ones_like(ids[:, :1]), ids[:, :-1]], axis=1)  # 1: unknown, start
    for rate_term in (KLDivergence(), MDRConstraint(rate_nats=4.0)):
        keras.utils.set_random_seed(0)
        model = build(tokenizer.vocabulary_size(), rate_term)
        model.compile(keras.optimizers.Adam(3e-3), SequenceNLL())
        logs = model.fit([ids, history], ids, 64, epochs=60, verbose=0).history
        print(f"{type(rate_term).__name__:15s} rate {logs['rate'][-1]:6.2f} nats")


if __name__ == "__main__":
    main()
