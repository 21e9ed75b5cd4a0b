"""What z could explain: eigenvalues against those that the data were made with."""

import types

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.distortion import Distortion
from keras_vae_collapse.diagnostics.examination.output_kinds import KINDS
from keras_vae_collapse.diagnostics.examination.spectrum import explainable, singular_values

ROWS, SIZE = 400, 12
BINARY = next(kind for kind in KINDS if kind.name == "binary, from logits")
SQUARED = next(kind for kind in KINDS if kind.name == "squared error")


def distortion(kind, coefficient=1.0):
    counted = np.ones((ROWS, SIZE), bool)
    return Distortion(kind, coefficient, counted, (SIZE,), 0, lambda a: a, lambda arrays: arrays[0])


def test_a_squared_error_has_the_eigenvalues_of_the_data_in_units_of_its_variance():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, SIZE)) @ np.diag(np.arange(SIZE, 0, -1.0))
    found = explainable(
        distortion(SQUARED, coefficient=4.0), x, None, np.ones((ROWS, SIZE)), False, rng
    )
    covariance = np.cov(x, rowvar=False, bias=True)
    np.testing.assert_allclose(found, 4.0 * np.linalg.eigvalsh(covariance)[::-1], rtol=1e-6)


def test_independent_pixels_leave_nothing_to_explain():
    rng = np.random.default_rng(0)
    x = rng.integers(2, size=(ROWS, SIZE)).astype(float)
    found = explainable(distortion(BINARY), x, None, np.ones((ROWS, SIZE)), False, rng)
    # Below the largest eigenvalue of shuffled pixels, all are put to 1 at most.
    assert found.max() <= 1.1


def test_pixels_that_are_copies_of_one_another_have_their_number_as_eigenvalue():
    rng = np.random.default_rng(0)
    x = np.repeat(rng.integers(2, size=(ROWS, 3)), SIZE // 3, axis=1).astype(float)
    found = explainable(distortion(BINARY), x, None, np.ones((ROWS, SIZE)), False, rng)
    np.testing.assert_allclose(found[:3], SIZE / 3, rtol=0.15)
    assert found[3] < 0.01


def test_what_the_decoder_predicts_by_itself_is_not_left_to_explain():
    rng = np.random.default_rng(0)
    x = np.repeat(rng.integers(2, size=(ROWS, 3)), SIZE // 3, axis=1).astype(float)
    logits = np.where(x > 0, 6.0, -6.0)
    kept = np.arange(SIZE) % (SIZE // 3) > 0  # the first of each group is not predicted
    logits[:, ~kept] = 0.0
    found = explainable(distortion(BINARY), x, logits, np.ones((ROWS, SIZE)), True, rng)
    assert found.max() == pytest.approx(1.0, abs=0.35)


def passes_of(decode):
    return types.SimpleNamespace(
        rows=lambda rows: rows,
        forward=lambda rows, z: types.SimpleNamespace(outputs=decode(np.asarray(z), rows)),
    )


def squared(coefficient):
    return Distortion(SQUARED, coefficient, np.ones((1, 1), bool), (1,), 0, None, None)


@pytest.mark.parametrize("spread", [1.0, 0.5])
def test_singular_values_are_those_of_the_decoder_in_units_of_noise_and_spread(spread):
    rng = np.random.default_rng(0)
    matrix, z = rng.standard_normal((3, 7)), rng.standard_normal((5, 3))
    # Each row has an offset of its own, which is that of its data.
    passes = passes_of(lambda z, rows: z @ matrix + rows[:, np.newaxis])
    block = np.array([9, 4, 7, 1, 3])
    found = singular_values(passes, squared(4.0), block, z, rng, spread=spread)
    expected = 2.0 * spread * np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_singular_values_are_root_mean_squares_over_six_examples():
    rng = np.random.default_rng(0)
    z = np.linspace(1.0, 2.0, 10)[:, np.newaxis]
    z[6:] = 1e6  # not looked at
    found = singular_values(passes_of(lambda z, _: z**2), squared(1.0), np.arange(10), z, rng)
    # The slope of z^2 is 2 z, that of a step of 0.05 lies half a step beside it.
    expected = [np.sqrt(np.mean((2.0 * z[:6] + side) ** 2)) for side in (-0.05, 0.05)]
    assert np.isclose(found, expected, rtol=1e-6).any()


def test_of_a_large_latent_sixteen_directions_are_looked_at():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((4, 20))
    found = singular_values(passes_of(lambda z, _: 3.0 * z), squared(1.0), np.arange(4), z, rng)
    np.testing.assert_allclose(found, np.full(16, 3.0), rtol=1e-6)


def test_a_spike_is_corrected_by_the_law_of_few_rows():
    rng = np.random.default_rng(0)
    columns = 100
    direction = rng.standard_normal(columns) / np.sqrt(columns)
    noise = rng.standard_normal((ROWS, columns))
    spike = rng.standard_normal((ROWS, 1)) * np.sqrt(8.0) * direction / np.linalg.norm(direction)
    # Residuals of bits of probability 1/2 have a deviation of 1/2.
    targets = 0.5 + 0.01 * (noise + spike)
    raw = np.linalg.eigvalsh(np.cov((targets - targets.mean(0)) / 0.5, rowvar=False, bias=True))
    kind = Distortion(BINARY, 1.0, np.ones((1, columns), bool), (columns,), 0, None, None)
    found = explainable(kind, targets, None, np.ones((ROWS, columns)), False, rng)
    np.testing.assert_allclose(found, raw[::-1], rtol=1e-3)  # below 1 all is as it is
    bits = 0.5 + 0.5 * (noise + spike)
    centred = bits - bits.mean(axis=0)
    residual = centred / np.sqrt(bits.mean(axis=0) * (1.0 - bits.mean(axis=0)))
    raw = np.linalg.eigvalsh(residual.T @ residual / ROWS)[::-1]
    found = explainable(kind, bits, None, np.ones((ROWS, columns)), False, rng)
    gamma = columns / ROWS
    assert found[0] + gamma * found[0] / (found[0] - 1.0) == pytest.approx(raw[0], rel=0.05)
    assert found[0] < 0.99 * raw[0] and np.all(found[1:] <= 1.0)


def test_what_does_not_count_and_what_is_certain_is_not_to_be_explained():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, SIZE))
    counted = np.ones((ROWS, SIZE))
    counted[:, 3:] = 0.0
    found = explainable(distortion(SQUARED), x, None, counted, False, rng)
    assert np.all(found[:3] > 0.5) and np.all(found[3:] < 1e-12)
    # One bit of 400 has the probability of 1 / 400 at least, whatever is said of it.
    sure = np.zeros((ROWS, SIZE))
    sure[0, 0] = 1.0
    logits = np.full((ROWS, SIZE), -99.0)
    found = explainable(distortion(BINARY), sure, logits, np.ones((ROWS, SIZE)), True, rng)
    assert np.isfinite(found).all() and found.max() <= 1.0 + 1e-6


def test_categories_are_in_units_of_their_deviation():
    rng = np.random.default_rng(0)
    kind = next(kind for kind in KINDS if kind.name == "categorical, from logits")
    ids = np.repeat(rng.integers(3, size=(ROWS, 1)), 4, axis=1)  # four copies
    about = Distortion(kind, 1.0, np.ones((ROWS, 4), bool), (4,), 0, None, None)
    found = explainable(about, np.eye(3)[ids], None, np.ones((ROWS, 4)), False, rng)
    # (t - p) / sqrt(p) of one category in three has two directions of variance 1.
    np.testing.assert_allclose(found[:2], 4.0, rtol=0.05)
    assert found[2] < 0.01


def test_what_a_decoder_says_of_all_alike_leaves_the_variance_to_explain():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, SIZE))
    outputs = np.broadcast_to(np.arange(SIZE, dtype=float), x.shape)
    found = explainable(distortion(SQUARED), x, outputs, np.ones((ROWS, SIZE)), True, rng)
    covariance = np.cov(x, rowvar=False, bias=True)
    np.testing.assert_allclose(found, np.linalg.eigvalsh(covariance)[::-1], rtol=1e-6)
    # A bit that was never 0 is as certain as one that was never 1.
    logits = np.full((ROWS, SIZE), 99.0)
    found = explainable(distortion(BINARY), 0 * x + 1, logits, np.ones((ROWS, SIZE)), True, rng)
    assert np.isfinite(found).all() and found.max() < 1e-6
