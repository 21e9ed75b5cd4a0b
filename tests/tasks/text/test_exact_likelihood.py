"""Figures of a model with so few sentences that all of them can be counted.

Three tokens, at most two of them in a sentence, and a latent of one dimension: the likelihood is a
sum and an integral, which a sum over a fine grid gives to all digits of float32.
"""

import itertools

import keras
import numpy as np
import pytest

from keras_vae_collapse.core.special_ids import EOS
from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.tasks.text import Sentence, TextTask, TextVAE, TokenVocabulary
from keras_vae_collapse.training import evaluate

VOCABULARY = TokenVocabulary(("a", "b", "c"), max_length=2)
SENTENCES = [
    Sentence(" ".join(tokens))
    for length in (1, 2)
    for tokens in itertools.product(VOCABULARY.tokens, repeat=length)
]
SAMPLES = 400
GRID = np.linspace(-9.0, 9.0, 601)
PRIOR = np.exp(-0.5 * GRID**2) / np.sqrt(2 * np.pi) * (GRID[1] - GRID[0])  # sums to 1


@pytest.fixture(scope="module")
def model():
    """A model whose sentences depend on z and which writes tokens and the end alone."""
    keras.utils.set_random_seed(1)
    model = TextVAE(
        VOCABULARY,
        encoder=GRUEncoder(VOCABULARY.size, units=4, embedding_dim=3),
        latent=GaussianLatent(1),
        decoder=SequenceDecoder(VOCABULARY.size, GRUDecoder(4), embedding_dim=3),
    )
    for weight in model.trainable_weights:
        if weight.shape.rank == 2:
            weight.assign(2.0 * weight)
    kernel, bias = model.decoder.output_layer.get_weights()
    bias[:EOS] = -1e4
    model.decoder.output_layer.set_weights([kernel, bias])
    return model


def log_probs(model, z, rows):
    """`log p(x | z)` in float64 of every row of ids for every z, `(rows, z)`."""
    ids = np.array([row + [0] * (3 - len(row)) for row in rows], "int32")
    ids, z = np.repeat(ids, len(z), axis=0), np.tile(z.astype("float32"), len(ids))[:, None]
    return np.asarray(model.log_prob(z, None, ids), "float64").reshape(len(rows), -1)


@pytest.fixture(scope="module")
def exact(model):
    """`-log p(x)`, and of each sentence what its posterior says of it."""
    log_p = log_probs(model, GRID, [VOCABULARY.encode(s.text) for s in SENTENCES])
    loc, scale = (part.astype("float64") for part in model.encode([s.text for s in SENTENCES]))
    posterior = np.exp(-0.5 * ((GRID - loc) / scale) ** 2)
    posterior /= posterior.sum(axis=1, keepdims=True)  # of q(z | x), at the points of the grid
    joint = np.exp(log_p) * PRIOR
    p = joint.sum(axis=1)
    # The tails of q must be no lighter than those of p(z | x), for a finite variance.
    assert (scale**2 > 0.6).all()
    mean = (posterior * log_p).sum(axis=1)
    return {
        "nll": -np.log(p),
        "rate": (0.5 * (loc**2 + scale**2 - 1) - np.log(scale))[:, 0],
        "distortion": -mean,
        "distortion_variance": (posterior * log_p**2).sum(axis=1) - mean**2,
        "weight_variance": (joint**2 / posterior).sum(axis=1) / p**2 - 1.0,
    }


@pytest.fixture(scope="module")
def figures(model):
    task = TextTask.of_model(model, SENTENCES)
    return evaluate(task, model, SENTENCES, beam_width=1, num_samples=SAMPLES, seed=1)[0]


def test_the_probabilities_of_all_sentences_sum_to_one(model):
    ids = range(EOS + 1, VOCABULARY.size)
    ended = [[*x, EOS] for n in (0, 1, 2) for x in itertools.product(ids, repeat=n)]
    longer = [list(x) for x in itertools.product(ids, repeat=3)]  # however they go on
    log_p = log_probs(model, GRID, ended + longer)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=0), 1.0, rtol=1e-5)  # for every z
    assert np.ptp(np.exp(log_p), axis=1).max() > 0.1  # which are not the same
    np.testing.assert_allclose((np.exp(log_p) @ PRIOR).sum(), 1.0, rtol=1e-5)


def test_rate_and_distortion_are_those_of_the_integrals(figures, exact):
    assert figures["rate_nats"] == pytest.approx(exact["rate"].mean(), rel=1e-5)
    error = np.sqrt(exact["distortion_variance"].sum() / SAMPLES) / 12
    assert abs(figures["distortion_nats"] - exact["distortion"].mean()) < 5 * error


def test_the_elbo_is_a_bound_and_the_gap_is_that_of_the_posterior(figures, exact):
    gaps = exact["rate"] + exact["distortion"] - exact["nll"]
    assert (gaps > 0).all() and gaps.mean() > 0.05
    assert figures["negative_elbo_nats"] > figures["iw_nll_nats"]


def test_the_importance_weighted_nll_is_the_likelihood(figures, exact):
    # Of the mean of K weights, the logarithm has a bias of about -v / 2K and a variance of v / K.
    variance = exact["weight_variance"]
    error = np.sqrt(variance.sum() / SAMPLES) / 12 + variance.mean() / SAMPLES
    assert abs(figures["iw_nll_nats"] - exact["nll"].mean()) < 5 * error < 0.1
    gap = exact["rate"].mean() + exact["distortion"].mean() - exact["nll"].mean()
    assert error < gap  # the bound itself would not pass


def test_the_perplexity_is_that_of_the_likelihood(figures):
    symbols = 3 * 2 + 9 * 3  # with the ends
    assert figures["symbols"] == symbols
    expected = np.exp(figures["iw_nll_nats"] * 12 / symbols)
    assert figures["perplexity_iw"] == pytest.approx(expected)
