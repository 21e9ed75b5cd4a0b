"""From latent vectors to words and back: the prior, the way between two words, neighbours."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.models.chunks import SEED_ROWS
from keras_vae_collapse.tasks.reinflection.features import split_features


def sample_words(model, features, seed=0, beam_width=1):
    """Words of latent vectors drawn from the prior, one for each string of features.

    With greedy search the words are those of the exported model's `sample` for the seed
    `[0, seed]`.

    Args:
        model: a `ReinflectionVAE`.
        features: target features of each word, strings such as `"pos=N,case=ABL,num=SG"`.
        seed: a non-negative integer; the same seed gives the same words.
        beam_width: hypotheses of the beam search; 1 is greedy search.

    Returns:
        A list of `(form, log p(form | z, features))`, in nats.

    Raises:
        ValueError: an argument lies outside its range, or a feature is unknown.
    """
    seed = tf.constant([0, check_integer("seed", seed, low=0)], tf.int32)
    draws = []
    for start in range(0, len(features), SEED_ROWS):
        chunk_seed = tf.random.experimental.stateless_fold_in(seed, start)
        draws.append(model.sample_prior(min(SEED_ROWS, len(features) - start), chunk_seed).numpy())
    return decode(model, np.concatenate(draws), features, beam_width) if draws else []


def interpolate(model, start, end, features, steps=8, beam_width=1):
    """The words along the straight line between the posterior means of two words.

    Args:
        model: a `ReinflectionVAE`.
        start, end: the words.
        features: target features of all words on the way.
        steps: number of points, both ends included, at least 2.
        beam_width: hypotheses of the beam search; 1 is greedy search.

    Returns:
        A list of `(t, form, log p(form | z, features))`, `t` from 0 to 1.

    Raises:
        ValueError: an argument lies outside its range, or a feature is unknown.
    """
    check_integer("steps", steps, low=2)
    loc, _ = model.encode([start, end])
    t = np.linspace(0.0, 1.0, steps)
    z = (1.0 - t[:, None]) * loc[0] + t[:, None] * loc[1]
    words = decode(model, z.astype("float32"), [features] * steps, beam_width)
    return [(float(position), *word) for position, word in zip(t, words, strict=True)]


def nearest_words(model, word, words, count=10):
    """The words whose posterior means are nearest to that of a word.

    Args:
        model: a `ReinflectionVAE`.
        word: the word; it is not among its own neighbours.
        words: the candidates, in any order, repetitions allowed.
        count: at most this many words.

    Returns:
        A list of `(word, Euclidean distance)`, nearest first.

    Raises:
        ValueError: `count` is not a positive integer, or there is no candidate.
    """
    check_integer("count", count, low=1)
    candidates = sorted(set(words) - {word})
    if not candidates:
        raise ValueError(f"there is no other word to compare {word!r} with")
    loc, _ = model.encode([word, *candidates])
    distances = np.linalg.norm(loc[1:] - loc[0], axis=-1)
    order = np.argsort(distances, kind="stable")[:count]
    return [(candidates[row], float(distances[row])) for row in order]


def decode(model, z, features, beam_width=1):
    """The best form, and its log p in nats, for each latent vector and string of features."""
    check_integer("beam_width", beam_width, low=1)
    _check_features(model.vocabulary, features)

    @traced
    def best(z, features):
        ids, log_p = model.decode(z, model.codec.feature_vector(features), beam_width)
        return model.codec.words(ids)[:, 0], log_p[:, 0]

    words = []
    for start in range(0, len(z), SEED_ROWS):
        rows = slice(start, start + SEED_ROWS)
        forms, log_p = best(tf.constant(z[rows]), tf.constant(features[rows]))
        words += [
            (form.decode("utf-8"), float(value))
            for form, value in zip(forms.numpy(), log_p.numpy(), strict=True)
        ]
    return words


def known_features(vocabulary, texts):
    """Those of strings of features that a model takes: all of their features are known to it."""
    return [text for text in texts if not _unknown(vocabulary, text)]


def _check_features(vocabulary, features):
    for text in dict.fromkeys(features):
        if unknown := _unknown(vocabulary, text):
            raise ValueError(
                f"the model does not know the feature {unknown[0]!r}. It knows: "
                + ", ".join(vocabulary.features)
            )


def _unknown(vocabulary, text):
    if not text and not vocabulary.features:
        return []  # a model of words alone
    parts = split_features(text, vocabulary.separator) or [""]
    return [part for part in parts if part not in vocabulary.features]
