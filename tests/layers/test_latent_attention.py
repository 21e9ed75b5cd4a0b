"""LatentAttention: its equation, in a call and step by step, precision, bad values."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import LatentAttention

Z = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
QUERY = np.random.default_rng(1).normal(size=(3, 5, 6)).astype("float32")


def test_context_follows_the_equation():
    layer = LatentAttention(slots=3, units=8)
    context = layer(Z, QUERY).numpy()
    W, b, Q, positions = (
        np.asarray(w, "float64")
        for w in (
            layer.project_z.kernel,
            layer.project_z.bias,
            layer.project_query.kernel,
            layer.positions,
        )
    )
    assert context.shape == (3, 5, 8)
    for row in range(3):
        slots = Z[row].reshape(3, 2) @ W + b
        for step in range(5):
            weights = np.exp((slots + positions) @ (QUERY[row, step] @ Q) / np.sqrt(8))
            expected = weights @ slots / weights.sum()
            np.testing.assert_allclose(context[row, step], expected, rtol=1e-4, atol=1e-5)


def test_states_with_a_spacing_also_attend_by_position():
    layer = LatentAttention(slots=3, units=8, spacing=2.0)
    context = layer(Z, QUERY).numpy()
    memory = layer.memory(Z)
    rates = 10000.0 ** -(np.arange(16) / 16)
    same = np.array([[np.cos(rates * (t - 2 * k)).sum() for k in range(3)] for t in range(5)])
    scores = np.einsum("bqd,bkd->bqk", layer.project_query(QUERY), memory + layer.positions)
    weights = np.exp(scores / np.sqrt(8) + same)
    expected = (weights / weights.sum(-1, keepdims=True)) @ memory.numpy()
    np.testing.assert_allclose(context, expected, rtol=1e-4, atol=1e-5)
    # Step by step, as in decoding.
    steps = [layer.attend(memory, QUERY[:, t : t + 1], start=t) for t in range(5)]
    np.testing.assert_allclose(np.concatenate(steps, axis=1), context, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    exact, mixed = LatentAttention(3, 8), LatentAttention(3, 8, dtype=policy)
    expected = exact(Z, QUERY)
    mixed.build(Z.shape, QUERY.shape)
    mixed.set_weights(exact.get_weights())
    context = mixed(Z, QUERY)
    assert keras.backend.standardize_dtype(context.dtype) == policy.removeprefix("mixed_")
    np.testing.assert_allclose(np.asarray(context, "float32"), expected, atol=0.1)


def test_bad_values_say_what_is_allowed():
    with pytest.raises(ValueError, match="`slots` must be an integer of at least 1"):
        LatentAttention(0, 8)
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        LatentAttention(3, -1)
    with pytest.raises(ValueError, match=r"`spacing` must be .* in \[0, inf\)"):
        LatentAttention(3, 8, spacing=-1.0)
    with pytest.raises(ValueError, match=r"4 slots of equal size. Received: shape=\(3, 6\)"):
        LatentAttention(4, 8)(Z, QUERY)
    with pytest.raises(ValueError, match=r"\(batch, latent_dim\)"):
        LatentAttention(3, 8)(Z[0], QUERY)


def test_positions_start_with_unit_variance_and_queries_have_no_bias():
    layer = LatentAttention(slots=100, units=80)
    layer.build((None, 200), (None, 5, 6))
    assert abs(layer.positions.numpy().std() - 1.0) < 5 / np.sqrt(2 * 8000)
    assert [weight.name for weight in layer.project_query.weights] == ["kernel"]
