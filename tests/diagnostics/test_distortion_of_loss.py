"""The distortion that a loss is made of, told from its gradient; closed forms in NumPy."""

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination.output_kinds import sigmoid, softmax
from keras_vae_collapse.diagnostics.examination.recognition import recognise

ROWS, TIME, SYMBOLS = 16, 6, 5


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def categorical(rng):
    ids = rng.integers(1, SYMBOLS, size=(ROWS, TIME))
    logits = rng.standard_normal((ROWS, TIME, SYMBOLS))
    return ids, logits, softmax(logits) - np.eye(SYMBOLS)[ids]


def test_logits_of_two_symbols_are_recognised(rng):
    ids = rng.integers(2, size=(ROWS, TIME))
    logits = rng.standard_normal((ROWS, TIME, 2))
    found = recognise(logits, (softmax(logits) - np.eye(2)[ids]) / ROWS, [ids])
    assert found.kind.name == "categorical, from logits"
    assert found.coefficient == pytest.approx(1.0)


def test_a_sum_over_positions_has_coefficient_one(rng):
    ids, logits, derivative = categorical(rng)
    found = recognise(logits, derivative / ROWS, [ids])
    assert found.kind.name == "categorical, from logits"
    assert found.coefficient == pytest.approx(1.0)
    assert found.counted.all()


def test_an_average_over_positions_has_one_over_their_number(rng):
    ids, logits, derivative = categorical(rng)
    found = recognise(logits, derivative / (ROWS * TIME), [ids])
    assert found.coefficient == pytest.approx(1.0 / TIME)
    assert TIME in found.sizes()


def test_positions_without_gradient_do_not_count(rng):
    ids, logits, derivative = categorical(rng)
    derivative[:, -2:] = 0.0
    found = recognise(logits, derivative / ROWS, [ids])
    assert found.coefficient == pytest.approx(1.0)
    assert not found.counted[:, -2:].any() and found.counted[:, :-2].all()


def test_probabilities_are_told_from_logits(rng):
    ids, logits, _ = categorical(rng)
    p = softmax(logits)
    gradient = 1.0 - np.eye(SYMBOLS)[ids] / p
    found = recognise(p, gradient / ROWS, [ids])
    assert found.kind.name == "categorical, from probabilities"
    targets = found.target_of([ids])
    expected = -np.log(np.take_along_axis(p, ids[..., None], axis=-1))[..., 0]
    np.testing.assert_allclose(found.nats(p, targets), expected, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [True, False])
def test_binary_pixels_are_recognised_in_any_shape(rng, from_logits):
    pixels = rng.integers(2, size=(ROWS, 3, 4, 1)).astype("float32")
    logits = rng.standard_normal((ROWS, 3, 4, 1))
    p = sigmoid(logits)
    gradient = p - pixels if from_logits else (p - pixels) / (p * (1.0 - p))
    found = recognise(logits if from_logits else p, gradient / ROWS, [pixels])
    assert found.kind.name == f"binary, from {'logits' if from_logits else 'probabilities'}"
    assert found.coefficient == pytest.approx(1.0, rel=1e-4)
    assert found.counted.shape == (ROWS, 12)


def test_a_squared_error_gives_the_scale_of_the_gaussian(rng):
    x, means = rng.standard_normal((2, ROWS, TIME, 1))
    found = recognise(means, (means - x) / 0.25 / ROWS, [x])
    assert found.squared and found.coefficient == pytest.approx(4.0)
    nats = found.nats(means, found.target_of([x]))
    np.testing.assert_allclose(nats, (x - means)[..., 0] ** 2 / (2 * 0.25))


def test_targets_may_be_those_from_the_second_position_on(rng):
    ids = rng.integers(1, SYMBOLS, size=(ROWS, TIME + 1))
    logits = rng.standard_normal((ROWS, TIME, SYMBOLS))
    gradient = softmax(logits) - np.eye(SYMBOLS)[ids[:, 1:]]
    assert recognise(logits, gradient / ROWS, [ids]).coefficient == pytest.approx(1.0)


def test_another_loss_is_not_recognised(rng):
    x, means = rng.standard_normal((2, ROWS, TIME))
    assert recognise(means, np.tanh(means - x) ** 3, [x]) is None
