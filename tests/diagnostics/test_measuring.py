"""Figures of models whose closed form is known, and passes over all rows, block by block."""

import types

import keras
import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination import measuring
from keras_vae_collapse.diagnostics.examination.passes import Passes
from keras_vae_collapse.diagnostics.examination.survey import find_sites
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence, SequenceNLL
from keras_vae_collapse.metrics import mutual_information


def test_each_block_runs_on_its_own_data_or_on_those_that_it_is_given():
    def forward(data, z, noise):
        values = np.asarray(data, float)[:, np.newaxis]
        return types.SimpleNamespace(
            loss=values.mean(), loc=values, scale=values, z=z, rate=values[:, 0], outputs=None
        )

    passes = types.SimpleNamespace(rows=lambda block: block, forward=forward)
    blocks = [np.arange(2), np.arange(2, 4)]
    own = measuring._over_blocks(passes, blocks)
    assert own["rate"].tolist() == [0, 1, 2, 3] and own["loss"] == 1.5 and own["outputs"] is None
    z, others = np.arange(4.0), [np.array([3, 2]), np.array([1, 0])]
    given = measuring._over_blocks(passes, blocks, z=z, data=others)
    assert given["rate"].tolist() == [3, 2, 1, 0] and given["z"].tolist() == [0, 1, 2, 3]


ROWS, SIZE = 192, 6
X = np.random.default_rng(0).normal(size=(ROWS, SIZE)).astype("float32")


def measured(model, x, y, count=ROWS):
    rows = np.arange(count)
    passes = Passes(model, (x, y), find_sites(model, (x, y), rows[:64]))
    return measuring.measure(passes, rows, seed=0)


def linear(weight, loss, reads_history=False):
    """`(model, latent, decoder, decoder of the history)`: a linear VAE."""
    keras.utils.set_random_seed(0)
    inputs, history = keras.Input((SIZE,)), keras.Input((1,))
    latent = GaussianLatent(2, rate_term=KLDivergence(weight), initial_scale=0.4)
    decoder, reader = keras.layers.Dense(SIZE), keras.layers.Dense(SIZE, use_bias=False)
    outputs = decoder(latent(inputs))
    if reads_history:
        model = keras.Model([inputs, history], outputs + reader(history))
    else:
        model = keras.Model(inputs, outputs)
    # What the decoder makes of a mean is the part of the input that the mean was made of.
    loc = np.asarray(latent.parameters(X)[0])
    decoder.kernel.assign(np.linalg.pinv(np.linalg.lstsq(X, loc, rcond=None)[0]))
    decoder.bias.assign(2.0 * decoder.kernel[0])  # the best means lie 2 below
    if reads_history:
        reader.kernel.assign([[1.5, 0.0, 0.0, 0.0, 0.0, 0.0]])
    model.compile("adam", loss)
    model.optimizer.iterations.assign(7)
    return model, latent, decoder, reader


def half_square(residual):
    return 0.5 * np.sum(np.square(residual), axis=-1)


def test_figures_of_a_linear_model_are_those_of_the_closed_form():
    model, latent, decoder, _ = linear(0.5, GaussianNLL(scale=0.5))
    found = measured(model, X, X)
    loc, scale = (np.asarray(part, float) for part in latent.parameters(X))
    W, b = (np.asarray(weight, float) for weight in decoder.weights)
    # Beside a rate of weight 1/2 the Gaussian is that whose variance is half of 1/4.
    precision = 8.0
    of_noise = scale**2 @ np.sum(W**2, axis=1) / 2
    right = precision * (half_square(X - loc @ W - b) + of_noise).mean()
    pairs = half_square((X - b)[:, np.newaxis] - (loc @ W)[np.newaxis]).mean() + of_noise.mean()
    prior = half_square(X - b).mean() + np.sum(W**2) / 2
    kl = (loc**2 + scale**2 - 1.0) / 2 - np.log(scale)
    assert found.rate_nats == pytest.approx(kl.sum(axis=1).mean(), rel=1e-4)
    assert found.distortion_nats == pytest.approx(right, rel=0.05)
    assert found.start_nats == pytest.approx(precision * half_square(X).mean(), rel=1e-3)
    assert found.z_worth_nats == pytest.approx(precision * pairs - right, rel=0.15)
    assert found.prior_worth_nats == pytest.approx(precision * prior - right, rel=0.15)
    assert found.worth_by_position.shape == (SIZE,)
    assert found.worth_by_position.sum() == pytest.approx(found.z_worth_nats)
    information = mutual_information(loc, scale, 32, 1)
    assert found.information_nats == pytest.approx(information, abs=0.1)
    assert (found.examples, found.latent_dim, found.iterations) == (ROWS, 2, 7)
    assert found.posterior_spread == pytest.approx(np.abs(loc - loc.mean(axis=0)).max(), rel=1e-4)
    assert found.rate_weight == found.relative_weight == pytest.approx(0.5, rel=1e-3)
    assert found.distortion_weight == 1.0 and found.averaged_over is None
    assert found.z_in_loss is found.rate_in_loss is True and found.history_worth_nats is None
    assert found.held_weight is None and found.counted_padding is None
    # The best posterior of each example of the first pass, exact up to its correlations.
    best_loc = (X - b)[:64] @ W.T @ np.linalg.inv(W @ W.T + np.eye(2) / precision)
    best_scale = (1.0 + precision * np.sum(W**2, axis=1)) ** -0.5

    def negative_elbo(loc, scale):
        rate = ((loc**2 + scale**2 - 1.0) / 2 - np.log(scale)).sum(axis=-1)
        noise = scale**2 @ np.sum(W**2, axis=1) / 2
        return (precision * (half_square(X[:64] - loc @ W - b) + noise) + rate).mean()

    lost = negative_elbo(loc[:64], scale[:64]) - negative_elbo(best_loc, best_scale)
    assert 0.9 * lost < found.amortisation_gap_nats < 1.03 * lost


def test_a_history_is_worth_what_that_of_another_example_costs():
    model, latent, decoder, reader = linear(2.0, GaussianNLL(), reads_history=True)
    history = X[:, :1].copy()
    found = measured(model, (X, history), X)
    loc, _ = (np.asarray(part, float) for part in latent.parameters(X))
    W, b = (np.asarray(weight, float) for weight in decoder.weights)
    said = history @ np.asarray(reader.kernel, float)
    rest = X - loc @ W - b
    pairs = half_square(rest[:, np.newaxis] - said[np.newaxis]).mean()
    worth = pairs - half_square(rest - said).mean()
    assert found.history_worth_nats == pytest.approx(worth, abs=0.15 * np.abs(worth) + 0.1)
    assert abs(worth) > 0.3 and found.relative_weight == pytest.approx(2.0, rel=1e-3)


def test_an_average_of_bits_is_brought_to_nats(monkeypatch):
    bits = (X > 0).astype("float32")
    model, *_ = linear(1.0, keras.losses.BinaryCrossentropy(from_logits=True))
    # As many outputs at once as two passes have: the third is left out.
    monkeypatch.setattr(measuring, "_MOST_OUTPUTS", 2 * 64 * SIZE)
    found = measured(model, bits, bits)
    assert found.examples == 128
    assert found.start_nats == pytest.approx(SIZE * np.log(2.0), rel=1e-4)
    assert found.distortion_weight == pytest.approx(1 / SIZE, rel=1e-3)
    assert found.relative_weight == pytest.approx(SIZE, rel=1e-3)
    assert found.averaged_over == pytest.approx(SIZE, rel=1e-3)
    assert found.distortion_nats > 0.5 * SIZE * np.log(2.0)
    monkeypatch.setattr(measuring, "_MOST_OUTPUTS", 1)
    assert measured(model, bits, bits, count=16).examples == 16  # one pass at least


@pytest.mark.parametrize(("loss", "share"), [("sparse", 1.0), ("sum", 0.0)])
def test_padding_counts_where_the_loss_does_not_leave_it_out(loss, share):
    keras.utils.set_random_seed(0)
    ids = np.random.default_rng(0).integers(1, 5, size=(64, 4))
    ids[np.arange(4) >= np.random.default_rng(1).integers(2, 5, size=(64, 1))] = 0
    inputs = keras.Input((4,), dtype="int32")
    hidden = keras.layers.Flatten()(keras.layers.Embedding(5, 3)(inputs))
    z = GaussianLatent(2, rate_term=KLDivergence())(hidden)
    model = keras.Model(inputs, keras.layers.Reshape((4, 5))(keras.layers.Dense(20)(z)))
    average = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", average if loss == "sparse" else SequenceNLL(pad_id=0))
    found = measured(model, ids, ids, count=64)
    assert found.counted_padding == share
    # What is said of the distortion leaves padding out in either case.
    length = np.count_nonzero(ids, axis=1).mean()
    assert found.start_nats == pytest.approx(length * np.log(5.0), rel=1e-3)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ([[1, 2, 0], [3, 0, 0]], [[0, 0, 1], [0, 1, 1]]),
        ([[1, 2, 3], [3, 0, 0]], [[0, 0, 0], [0, 1, 1]]),
        ([[1, 2, 0], [3, 4, 0]], None),  # all of one length: an end, and no padding
        ([[1, 0, 2], [3, 0, 0]], None),  # a 0 in the midst is a symbol
        ([[0, 1, 2], [3, 0, 0]], None),
        ([[1, 2, 3], [3, 4, 5]], None),
        ([[1.0, 2.0, 0.0], [3.0, 0.0, 0.0]], None),  # numbers
    ],
)
def test_padding_is_what_all_shorter_sequences_end_in(source, expected):
    source = np.array(source)
    kind = types.SimpleNamespace(source=1, shift=lambda a: a, counted=np.ones((9, 3), bool))
    passes = types.SimpleNamespace(arrays=[None, np.vstack([source[:1], source])])
    passes.arrays[0] = passes.arrays[1] * 0
    found = measuring.padding_of(passes, kind, np.array([1, 2]))
    assert (None if found is None else found.tolist()) == expected


def test_padding_of_vectors_is_where_all_is_0_and_holds_for_each_element():
    source = np.ones((2, 3, 2))
    source[0, 2], source[1, 1:], source[1, 0, 0] = 0.0, 0.0, 0.0
    kind = types.SimpleNamespace(source=0, shift=lambda a: a, counted=np.ones((2, 6), bool))
    passes = types.SimpleNamespace(arrays=[source])
    found = measuring.padding_of(passes, kind, np.arange(2))
    assert found.astype(int).tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1]]
    # Elements that are no multiple of the positions have no padding of their own.
    kind.counted = np.ones((2, 7), bool)
    assert measuring.padding_of(passes, kind, np.arange(2)) is None
    kind.counted, kind.shift = np.ones((2, 6), bool), lambda a: a[:, :0]
    assert measuring.padding_of(passes, kind, np.arange(2)) is None
    passes.arrays = [source[:, :, 0, np.newaxis, np.newaxis]]
    assert measuring.padding_of(passes, kind, np.arange(2)) is None  # images
