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


def test_targets_may_be_probabilities_of_categories_or_those_up_to_the_last_position(rng):
    ids, logits, derivative = categorical(rng)
    found = recognise(logits, derivative / ROWS, [np.eye(SYMBOLS)[ids]])
    assert found.kind.categorical and found.positions == (TIME,)
    longer = np.concatenate([ids, np.ones_like(ids[:, :1])], axis=1)
    found = recognise(logits, derivative / ROWS, [longer])
    assert found.coefficient == pytest.approx(1.0)
    np.testing.assert_array_equal(found.shift(longer), ids)
    np.testing.assert_array_equal(found.target_of([longer]), np.eye(SYMBOLS)[ids])


def test_the_targets_are_looked_for_in_each_array_that_could_hold_them(rng):
    ids, logits, derivative = categorical(rng)
    names = np.full((ROWS, TIME), "word")
    too_large = np.where(ids == 1, SYMBOLS, ids)  # no category of these outputs
    one_a_row = np.arange(1.0 * ROWS)
    arrays = [names, too_large, one_a_row, ids == 1, ids, ids.copy()]
    found = recognise(logits, derivative / ROWS, arrays)
    assert found.source == 4 and found.coefficient == pytest.approx(1.0)
    assert recognise(logits, derivative / ROWS, arrays[:4]) is None
    # What is left out may have an id below 0.
    masked = np.where(np.arange(TIME) < 4, ids, -1)
    found = recognise(logits, np.where(masked[..., None] >= 0, derivative, 0.0) / ROWS, [masked])
    assert found.counted.sum() == 4 * ROWS


def test_outputs_of_one_number_a_row_may_have_a_vector_of_targets(rng):
    y, means = rng.standard_normal((2, ROWS))
    found = recognise(means[:, None], (means - y)[:, None] / ROWS, [y])
    assert found.squared and found.positions == (1,) and found.rows == ROWS


@pytest.mark.parametrize(("others", "known"), [(1, True), (2, False)])
def test_a_fiftieth_of_the_positions_may_have_another_gradient(rng, others, known):
    ids, logits, derivative = categorical(rng)
    derivative[0, :others] *= 3.0  # of 96
    assert (recognise(logits, derivative / ROWS, [ids]) is not None) is known


@pytest.mark.parametrize(
    ("factor", "counted", "known"),
    [
        (1.019, True, True), (1.021, True, False), (0.979, True, False), (0.0, False, True),
        (0.9e-6, False, True), (1e-5, True, False), (-1.0, True, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("categories", [True, False])
def test_positions_count_with_one_factor_or_not_at_all(rng, categories, factor, counted, known):
    ids, outputs, derivative = categorical(rng)
    if not categories:
        x, outputs = rng.standard_normal((2, ROWS, TIME))
        ids, derivative = x, outputs - x
    derivative[:4] *= factor
    found = recognise(outputs, derivative / ROWS, [ids])
    assert (found is not None) is known
    if known:
        assert found.coefficient == pytest.approx(1.0)
        assert found.counted[:4].all() == counted and found.counted[4:].all()


@pytest.mark.parametrize(("share", "known"), [(0.9e-3, True), (1.2e-3, False)])
def test_a_gradient_beside_that_of_the_category_is_within_rounding(rng, share, known):
    ids, logits, derivative = categorical(rng)
    beside = rng.standard_normal(derivative.shape)
    square = np.sum(derivative**2, axis=-1, keepdims=True)
    beside -= np.sum(beside * derivative, axis=-1, keepdims=True) / square * derivative
    beside *= np.sqrt(share * square / np.sum(beside**2, axis=-1, keepdims=True))
    assert (recognise(logits, (derivative + beside) / ROWS, [ids]) is not None) is known


def test_where_the_outputs_are_right_rounding_does_not_decide(rng):
    x, means = rng.standard_normal((2, ROWS, TIME))
    means[:8] = x[:8]
    gradient = means - x
    gradient[:8] = 1e-9  # no multiple of 0
    found = recognise(means, gradient / ROWS, [x])
    assert found is not None and found.coefficient == pytest.approx(1.0)


@pytest.mark.parametrize("gradient", [0.0, -1.0])
def test_a_loss_without_distortion_or_against_it_is_not_recognised(rng, gradient):
    ids, logits, derivative = categorical(rng)
    assert recognise(logits, gradient * derivative, [ids]) is None
