"""FeatureAttention: its equation, what inactive features can do, precision, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import FeatureAttention

FEATURES = np.array([[1, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 0]], "float32")
QUERY = np.random.default_rng(0).normal(size=(3, 5, 6)).astype("float32")


def test_context_follows_the_equation():
    layer = FeatureAttention(units=8)
    context = layer(FEATURES, QUERY).numpy()
    embeddings, kernel, bias = (
        np.asarray(w, "float64")
        for w in (layer.embeddings, layer.project.kernel, layer.project.bias)
    )
    for row, active in enumerate(FEATURES.astype(bool)):
        for step in range(5):
            expected = np.zeros(8)
            if active.any():
                E = embeddings[active]
                s = E @ (QUERY[row, step] @ kernel + bias) / np.sqrt(8)
                expected = np.exp(s) @ E / np.exp(s).sum()
            np.testing.assert_allclose(context[row, step], expected, rtol=1e-4, atol=1e-6)


def test_one_query_an_example_is_a_sequence_of_one():
    layer = FeatureAttention(units=8)
    np.testing.assert_allclose(
        layer(FEATURES, QUERY[:, 0]), layer(FEATURES, QUERY)[:, 0], rtol=1e-5, atol=1e-6
    )


def test_no_active_feature_gives_zero_and_finite_gradients():
    layer = FeatureAttention(units=8)
    with tf.GradientTape() as tape:
        context = layer(np.zeros((3, 4)), QUERY)
        loss = tf.reduce_sum(context**2)
    np.testing.assert_array_equal(context, np.zeros((3, 5, 8)))
    for gradient in tape.gradient(loss, layer.trainable_weights):
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


def test_inactive_features_have_no_influence_and_index_zero_is_trained():
    layer = FeatureAttention(units=8)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(FEATURES[:1], QUERY[:1]) ** 2)
    gradient = tape.gradient(loss, layer.embeddings)
    gradient = np.asarray(gradient)
    assert np.all(gradient[1] == 0)
    assert np.any(gradient[0] != 0)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    exact, mixed = FeatureAttention(units=8), FeatureAttention(units=8, dtype=policy)
    expected = exact(FEATURES, QUERY)
    mixed.build(FEATURES.shape, QUERY.shape)
    mixed.set_weights(exact.get_weights())
    context = mixed(FEATURES, QUERY)
    assert context.dtype == policy.removeprefix("mixed_")
    # bfloat16 has 8 bits of precision; values are at most 1 or so.
    np.testing.assert_allclose(tf.cast(context, "float32"), expected, atol=0.03)


def test_large_scores_stay_finite():
    layer = FeatureAttention(units=8, dtype="mixed_float16")
    layer.build(FEATURES.shape, QUERY.shape)
    layer.project.kernel.assign(tf.fill(layer.project.kernel.shape, 100.0))
    assert np.all(np.isfinite(layer(FEATURES, QUERY)))


def test_xla_gives_the_same():
    layer = FeatureAttention(units=8)
    expected = layer(FEATURES, QUERY)
    compiled = tf.function(layer, jit_compile=True)
    np.testing.assert_allclose(compiled(FEATURES, QUERY), expected, rtol=1e-5, atol=1e-6)


def test_saves_and_loads(tmp_path):
    features, query = keras.Input((4,)), keras.Input((None, 6))
    model = keras.Model([features, query], FeatureAttention(8)(features, query))
    assert model.output_shape == (None, None, 8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded([FEATURES, QUERY]), model([FEATURES, QUERY]))


@pytest.mark.parametrize(
    "features, query, message",
    [
        (FEATURES, np.ones(3), "`query` must have shape"),
        (FEATURES[0], QUERY, "`features` must have shape"),
    ],
)
def test_wrong_ranks_are_named(features, query, message):
    with pytest.raises(ValueError, match=message):
        FeatureAttention(8)(features, query)


@pytest.mark.parametrize("units", [0, -1, 2.5, "8"])
def test_bad_units_are_named(units):
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        FeatureAttention(units)
