"""SequenceNLL against NumPy float64."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.losses import SequenceNLL

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(3, 5, 7), scale=2.0)
IDS = np.array([[4, 5, 6, 1, 0], [3, 0, 0, 0, 0], [0, 0, 0, 0, 0]])


def log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def expected(ids, logits, pad_id=0, smoothing=0.0):
    """Nats of each sequence, symbol by symbol."""
    log_p, nats = log_softmax(logits.astype("float64")), np.zeros(len(ids))
    for row, position in np.ndindex(ids.shape):
        if ids[row, position] != pad_id:
            one = -log_p[row, position]
            nats[row] += (1 - smoothing) * one[ids[row, position]] + smoothing * one.mean()
    return nats


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("pad_id", [0, None, 5])
def test_nats_are_summed_over_positions_and_averaged_over_sequences(pad_id, smoothing):
    loss = SequenceNLL(pad_id=pad_id, label_smoothing=smoothing)
    nats = expected(IDS, LOGITS, pad_id, smoothing)
    np.testing.assert_allclose(loss(IDS, LOGITS), nats.mean(), rtol=1e-6)
    np.testing.assert_allclose(loss.call(IDS, LOGITS.astype("float32")), nats, rtol=1e-5)


def test_probabilities_give_what_their_logits_give():
    probabilities = np.exp(log_softmax(LOGITS))
    loss = SequenceNLL(from_logits=False)
    np.testing.assert_allclose(loss(IDS, probabilities), SequenceNLL()(IDS, LOGITS), rtol=1e-5)
    np.testing.assert_allclose(loss([[1]], [[[1.0, 0.0]]]), 30 * np.log(10), rtol=1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "int64"])
def test_ids_may_have_any_integer_type_and_a_last_axis_of_size_one(dtype):
    ids = IDS.astype(dtype)
    for given in (ids, ids[..., None]):
        np.testing.assert_allclose(
            SequenceNLL()(given, LOGITS), expected(IDS, LOGITS).mean(), rtol=1e-6
        )


def test_padding_need_not_be_in_the_vocabulary():
    ids = np.where(IDS == 0, -100, IDS)
    np.testing.assert_allclose(
        SequenceNLL(pad_id=-100)(ids, LOGITS), expected(IDS, LOGITS).mean(), rtol=1e-6
    )


def test_half_precision_logits_are_summed_in_float32():
    logits = keras.ops.cast(np.full((2, 3000, 9), 1.0), "float16")
    np.testing.assert_allclose(
        SequenceNLL()(np.ones((2, 3000)), logits), 3000 * np.log(9), rtol=1e-6
    )


def test_more_axes_than_one_are_summed_and_a_single_symbol_has_none():
    grid, logits = RNG.integers(1, 7, size=(2, 3, 4)), RNG.normal(size=(2, 3, 4, 7))
    flat = expected(grid.reshape(2, 12), logits.reshape(2, 12, 7))
    np.testing.assert_allclose(SequenceNLL()(grid, logits), flat.mean(), rtol=1e-6)
    one = expected(grid[:, 0, :1], logits[:, 0, :1])
    np.testing.assert_allclose(SequenceNLL()(grid[:, 0, 0], logits[:, 0, 0]), one.mean(), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 4), (3,), (3, 5, 7), (3, 1)])
def test_targets_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"`y_true` must have the shape \(3, 5\)"):
        SequenceNLL()(np.ones(shape), LOGITS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pad_id": 0.5}, "`pad_id` must be an integer"),
        ({"label_smoothing": 1.0}, r"`label_smoothing` must be a finite number in \[0, 1\)"),
        ({"label_smoothing": -0.1}, r"`label_smoothing` must be a finite number in \[0, 1\)"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        SequenceNLL(**options)
