"""EmbeddingDropout: one mask of the matrix for each example, its law, bad values."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import EmbeddingDropout

IDS = np.array([[4, 7, 4, 0, 7], [5, 5, 5, 6, 4]])


def test_units_are_zeroed_at_the_rate_and_the_rest_rescaled():
    rate, rows, dim = 0.3, 5_000, 8
    ids = np.tile([[4, 7, 4]], (rows, 1))
    out = EmbeddingDropout(rate, seed=1)(np.ones((rows, 3, dim)), ids=ids, training=True).numpy()
    assert set(np.unique(out)) == {0.0, np.float32(1.0 / (1.0 - rate))}
    # Columns 0 and 1 hold different symbols: 2 dim independent units an example.
    error = np.sqrt(rate * (1 - rate) / (rows * 2 * dim))
    assert abs((out[:, :2] == 0).mean() - rate) < 5 * error


def test_every_occurrence_in_a_sequence_shares_its_mask():
    out = EmbeddingDropout(0.5, seed=1)(np.ones((2, 5, 64)), ids=IDS, training=True).numpy()
    for row, ids in zip(out, IDS, strict=True):
        for symbol in set(ids):
            assert (row[ids == symbol] == row[ids == symbol][0]).all()


def test_symbols_and_examples_have_masks_of_their_own():
    rows, dim, rate = 2_000, 8, 0.5
    ids = np.tile([[4, 7]], (rows, 1))
    out = EmbeddingDropout(rate, seed=1)(np.ones((rows, 2, dim)), ids=ids, training=True).numpy()
    dropped = out == 0
    error = np.sqrt(0.25 * 0.75 / (rows * dim))
    assert abs((dropped[:, 0] & dropped[:, 1]).mean() - 0.25) < 5 * error
    assert abs((dropped[1:, 0] & dropped[:-1, 0]).mean() - 0.25) < 5 * error


def test_without_ids_whole_columns_of_the_matrix_are_dropped():
    out = EmbeddingDropout(0.5, seed=1)(np.ones((50, 6, 40)), training=True).numpy()
    assert (out == out[:, :1]).all()
    assert np.any(out[0] != out[1])
    assert abs((out[:, 0] == 0).mean() - 0.5) < 5 * np.sqrt(0.25 / 2000)


@pytest.mark.parametrize("rate, training", [(0.0, True), (0.5, False)])
def test_is_identity_at_rate_zero_and_at_inference(rate, training):
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    np.testing.assert_array_equal(EmbeddingDropout(rate)(x, ids=IDS, training=training), x)


def test_every_step_draws_another_mask():
    layer = EmbeddingDropout(0.5, seed=3)
    x = np.ones((2, 5, 8))
    assert np.any(layer(x, training=True).numpy() != layer(x, training=True).numpy())


def test_gradient_is_the_scaled_mask():
    layer, x = EmbeddingDropout(0.5, seed=1), tf.ones((2, 5, 8))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, ids=IDS, training=True)
    np.testing.assert_array_equal(tape.gradient(y, x), y)


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan"), "0.5"])
def test_bad_rate_is_named(rate):
    with pytest.raises(ValueError, match="`rate` must be a finite number in"):
        EmbeddingDropout(rate)


@pytest.mark.parametrize("ids", [np.ones((2, 5)), np.ones((2, 4), int), np.ones((5,), int)])
def test_bad_ids_are_named(ids):
    with pytest.raises(ValueError, match=r"`ids` must (have shape \(2, 5\)|be of type int)"):
        EmbeddingDropout(0.5)(np.ones((2, 5, 3)), ids=ids, training=True)


def test_ids_in_place_of_embeddings_are_refused():
    with pytest.raises(ValueError, match=r"shape \(batch, length, \[dim\]\)"):
        EmbeddingDropout(0.5)(IDS, training=True)
