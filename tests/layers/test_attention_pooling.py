"""AttentionPooling: its equation, what is masked, precision, bad values."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import AttentionPooling

SEQUENCE = np.random.default_rng(0).normal(size=(3, 5, 6)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 0]], bool)


def test_slots_follow_the_equation():
    layer = AttentionPooling(slots=4, units=7)
    slots = layer(SEQUENCE, mask=MASK).numpy()
    queries, kernel, bias = (
        np.asarray(w, "float64") for w in (layer.queries, layer.values.kernel, layer.values.bias)
    )
    assert slots.shape == (3, 4, 7)
    for row, read in enumerate(MASK):
        states = SEQUENCE[row, read]
        for k in range(4):
            weights = np.exp(states @ queries[:, k])
            expected = weights @ (states @ kernel + bias) / weights.sum()
            np.testing.assert_allclose(slots[row, k], expected, rtol=1e-4, atol=1e-5)


def test_slots_with_a_spacing_also_attend_by_position():
    layer = AttentionPooling(slots=4, units=7, spacing=1.5)
    slots = layer(SEQUENCE, mask=MASK).numpy()
    rates = 10000.0 ** -(np.arange(16) / 16)

    def vector(i):
        return np.concatenate([np.sin(rates * i), np.cos(rates * i)])

    for row, read in enumerate(MASK):
        states, positions = SEQUENCE[row, read], np.flatnonzero(read)
        for k in range(4):
            scores = states @ layer.queries.numpy()[:, k]
            scores += [vector(i) @ vector(1.5 * k) for i in positions]
            weights = np.exp(scores - scores.max())
            expected = weights @ np.asarray(layer.values(states)) / weights.sum()
            np.testing.assert_allclose(slots[row, k], expected, rtol=1e-4, atol=1e-5)
    assert "positions" in {weight.name for weight in layer.trainable_weights}


def test_masked_positions_have_no_influence():
    layer = AttentionPooling(slots=4, units=7)
    other = np.where(MASK[:, :, None], SEQUENCE, 1e3).astype("float32")
    np.testing.assert_array_equal(layer(other, mask=MASK), layer(SEQUENCE, mask=MASK))
    assert np.any(layer(other).numpy() != layer(SEQUENCE).numpy())


def test_a_sequence_without_any_position_to_read_is_finite():
    layer = AttentionPooling(slots=4, units=7)
    assert np.isfinite(layer(SEQUENCE, mask=np.zeros_like(MASK)).numpy()).all()


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    exact, mixed = AttentionPooling(4, 7), AttentionPooling(4, 7, dtype=policy)
    expected = exact(SEQUENCE, mask=MASK)
    mixed.build(SEQUENCE.shape)
    mixed.set_weights(exact.get_weights())
    slots = mixed(SEQUENCE, mask=MASK)
    assert keras.backend.standardize_dtype(slots.dtype) == policy.removeprefix("mixed_")
    np.testing.assert_allclose(np.asarray(slots, "float32"), expected, atol=0.05)


def test_bad_values_say_what_is_allowed():
    with pytest.raises(ValueError, match="`slots` must be an integer of at least 1"):
        AttentionPooling(0, 7)
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        AttentionPooling(4, 1.5)
    with pytest.raises(ValueError, match=r"`spacing` must be .* in \[0, inf\)"):
        AttentionPooling(4, 7, spacing=-1.0)
    with pytest.raises(ValueError, match=r"\(batch, length, dim\)"):
        AttentionPooling(4, 7)(SEQUENCE[0])
