"""What z could explain: eigenvalues against those that the data were made with."""

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.distortion import Distortion
from keras_vae_collapse.diagnostics.examination.output_kinds import KINDS
from keras_vae_collapse.diagnostics.examination.spectrum import explainable

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
