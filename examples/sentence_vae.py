"""A sentence VAE of plain Keras layers that collapses, and its cure: one line.

    python examples/sentence_vae.py

Sentences are made here: a subject, a verb that agrees with it, an object, a place and a time. A
GRU decoder learns the grammar by itself, so with the plain KL it ignores z. Swapping the rate
term makes it say which sentence it is about through z.
"""

import argparse
import itertools

import keras
import numpy as np

from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import KLDivergence, MDRConstraint, SequenceNLL

SLOTS = (
    ("the cat", "a dog", "my aunt", "our teacher", "the old sailor", "a young doctor"),
    ("sees", "likes", "paints", "finds", "remembers", "draws"),
    ("the river", "a red house", "two birds", "some bread", "an apple", "the moon"),
    ("in town", "at home", "on the hill", "near the sea", "by the road", "under a tree"),
    ("today", "at night", "in spring", "on mondays", "every year", "again"),
)


def sentences():
    """All sentences as padded word ids `(sentences, length)`, 0 for padding, 1 for the start."""
    texts = [" ".join(parts).split() for parts in itertools.product(*SLOTS)]
    words = sorted(set(itertools.chain(*texts)))
    length = max(map(len, texts))
    ids = np.zeros((len(texts), length), "int32")
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = [words.index(word) + 2 for word in text]
    return ids, len(words) + 2


def build(vocabulary_size, length, rate_term):
    """Encoder, latent and autoregressive decoder: a functional Keras model."""
    source = keras.Input((length,), dtype="int32", name="sentence")
    history = keras.Input((length,), dtype="int32", name="history")
    embed = keras.layers.Embedding(vocabulary_size, 16, mask_zero=False)
    z = GaussianLatent(8, rate_term=rate_term, seed=1)(keras.layers.GRU(48)(embed(source)))
    repeated = keras.layers.RepeatVector(length)(z)
    states = keras.layers.GRU(48, return_sequences=True)(
        keras.layers.Concatenate()([embed(history), repeated])
    )
    return keras.Model([source, history], keras.layers.Dense(vocabulary_size)(states))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8)
    epochs = parser.parse_args().epochs
    ids, vocabulary_size = sentences()
    history = np.concatenate([np.ones_like(ids[:, :1]), ids[:, :-1]], axis=1)
    for rate_term in (KLDivergence(), MDRConstraint(rate_nats=8.0)):  # the one line
        keras.utils.set_random_seed(0)
        model = build(vocabulary_size, ids.shape[1], rate_term)
        # Nats per sentence, summed over the words, as the rate is over the dimensions.
        model.compile(keras.optimizers.Adam(3e-3), SequenceNLL())
        logs = model.fit([ids, history], ids, 64, epochs, verbose=0).history
        distortion = logs["loss"][-1] - logs["penalty"][-1]
        print(
            f"{type(rate_term).__name__:15s} rate {logs['rate'][-1]:6.2f} nats, "
            f"distortion {distortion:6.2f} nats per sentence"
        )


if __name__ == "__main__":
    main()
