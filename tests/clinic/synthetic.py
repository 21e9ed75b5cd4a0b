"""Small synthetic data: images, series, words and sentences, with something to say in each."""

import numpy as np

VOCABULARY, LENGTH = 20, 8


def images(count=1024, side=8, seed=0):
    """Binary images `(count, side, side, 1)` of one bright rectangle each, with noise."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, side - 3, size=(count, 2))
    extent = rng.integers(2, 5, size=(count, 2))
    rows, columns = np.mgrid[:side, :side]
    inside = np.ones((count, side, side), bool)
    for axis, position in enumerate((rows, columns)):
        low, size = corner[:, axis, None, None], extent[:, axis, None, None]
        inside &= (position >= low) & (position < low + size)
    noise = rng.random(inside.shape) < 0.02
    return (inside | noise)[..., None].astype("float32")


def series(count=1024, length=24, seed=0):
    """Waves `(count, length, 1)` of an amplitude, a frequency and a phase of their own."""
    rng = np.random.default_rng(seed)
    amplitude, frequency = rng.uniform(0.5, 1.5, (count, 1)), rng.uniform(0.5, 1.5, (count, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, (count, 1))
    time = np.linspace(0.0, 2.0 * np.pi, length)
    waves = amplitude * np.sin(frequency * time + phase)
    return (waves + 0.1 * rng.standard_normal(waves.shape))[..., None].astype("float32")


def sequences(count=1024, seed=0):
    """Ids `(count, LENGTH)` of sequences with a grammar, 0 for padding, 3 to 8 symbols long.

    The first symbol chooses one of four alphabets, from which the others are drawn; so the history
    says much, and what it leaves open is in the example alone.
    """
    rng = np.random.default_rng(seed)
    alphabet = rng.integers(4, size=(count, 1))
    ids = 2 + 4 * alphabet + rng.integers(4, size=(count, LENGTH))
    lengths = rng.integers(3, LENGTH + 1, size=(count, 1))
    return np.where(np.arange(LENGTH) < lengths, ids, 0).astype("int32")


def history(ids):
    """The ids before each position, 1 for the start."""
    return np.concatenate([np.ones_like(ids[:, :1]), ids[:, :-1]], axis=1)


def clauses(count=1024, seed=0):
    """Ids `(count, LENGTH)` in which every symbol but the first follows from the one before it.

    A chain with few choices: `i` is followed by `i + 1` or `i + 2`, modulo the vocabulary, with
    probabilities 0.9 and 0.1.
    """
    rng = np.random.default_rng(seed)
    steps = 1 + (rng.random((count, LENGTH - 1)) < 0.1)
    start = rng.integers(VOCABULARY - 2, size=(count, 1))
    ids = np.concatenate([start, steps], axis=1).cumsum(axis=1) % (VOCABULARY - 2)
    return (ids + 2).astype("int32")
