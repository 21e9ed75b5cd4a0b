"""PlaceReader: its equation, precision, bad values."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import PlaceReader

MEMORY = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def test_contexts_follow_the_equation():
    layer = PlaceReader(slots=3, spacing=2.0)
    contexts = layer(MEMORY, length=6).numpy()
    rates = 10000.0 ** -(np.arange(16) / 16)
    scores = np.array([[np.cos(rates * (t - 2 * k)).sum() for k in range(3)] for t in range(6)])
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert weights[0].argmax() == 0 and weights[4].argmax() == 2
    np.testing.assert_allclose(
        contexts, np.einsum("tk,bku->btu", weights, MEMORY), rtol=1e-4, atol=1e-5
    )
    # More steps leave those before as they are; the scores can be learned.
    np.testing.assert_allclose(layer(MEMORY, length=2), contexts[:, :2], rtol=1e-6, atol=1e-6)
    layer.places.assign(keras.ops.zeros_like(layer.places))
    mean = np.repeat(MEMORY.mean(axis=1, keepdims=True), 6, axis=1)
    np.testing.assert_allclose(layer(MEMORY, length=6), mean, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    expected = PlaceReader(3, 2.0)(MEMORY, length=6)
    contexts = PlaceReader(3, 2.0, dtype=policy)(MEMORY, length=6)
    assert keras.backend.standardize_dtype(contexts.dtype) == policy.removeprefix("mixed_")
    np.testing.assert_allclose(np.asarray(contexts, "float32"), expected, atol=0.05)


def test_bad_values_say_what_is_allowed():
    with pytest.raises(ValueError, match="slots"):
        PlaceReader(0, 1.0)
    with pytest.raises(ValueError, match="spacing"):
        PlaceReader(3, 0.0)
    with pytest.raises(ValueError, match=r"\(batch, 4, units\)"):
        PlaceReader(4, 1.0)(MEMORY, length=2)
