"""ConditionAttention: its equation, inactive entries, precision, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse import layers
from keras_vae_collapse.layers import ConditionAttention

CONDITION = np.array([[1, 0, 1, 1], [0, 0, 1, 0], [0, 0, 0, 0]], "float32")
QUERY = np.random.default_rng(0).normal(size=(3, 5, 6)).astype("float32")


def test_context_follows_the_equation():
    layer = ConditionAttention(units=8)
    context = layer(CONDITION, QUERY).numpy()
    embeddings, kernel, bias = (
        np.asarray(w, "float64")
        for w in (layer.embeddings, layer.project.kernel, layer.project.bias)
    )
    for row, active in enumerate(CONDITION.astype(bool)):
        for step in range(5):
            expected = np.zeros(8)
            if active.any():
                E = embeddings[active]
                s = E @ (QUERY[row, step] @ kernel + bias) / np.sqrt(8)
                expected = np.exp(s) @ E / np.exp(s).sum()
            np.testing.assert_allclose(context[row, step], expected, rtol=1e-4, atol=1e-6)


def test_one_query_an_example_is_a_sequence_of_one():
    layer = ConditionAttention(units=8)
    np.testing.assert_allclose(
        layer(CONDITION, QUERY[:, 0]), layer(CONDITION, QUERY)[:, 0], rtol=1e-5, atol=1e-6
    )


def test_no_active_entry_gives_zero_and_finite_gradients():
    layer = ConditionAttention(units=8)
    with tf.GradientTape() as tape:
        context = layer(np.zeros((3, 4)), QUERY)
        loss = tf.reduce_sum(context**2)
    np.testing.assert_array_equal(context, np.zeros((3, 5, 8)))
    for gradient in tape.gradient(loss, layer.trainable_weights):
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


def test_inactive_entries_have_no_influence_and_index_zero_is_trained():
    layer = ConditionAttention(units=8)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(CONDITION[:1], QUERY[:1]) ** 2)
    gradient = tape.gradient(loss, layer.embeddings)
    gradient = np.asarray(gradient)
    assert np.all(gradient[1] == 0)
    assert np.any(gradient[0] != 0)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_close_to_float32(policy):
    exact, mixed = ConditionAttention(units=8), ConditionAttention(units=8, dtype=policy)
    expected = exact(CONDITION, QUERY)
    mixed.build(CONDITION.shape, QUERY.shape)
    mixed.set_weights(exact.get_weights())
    context = mixed(CONDITION, QUERY)
    assert context.dtype == policy.removeprefix("mixed_")
    # bfloat16 has 8 bits of precision; values are at most 1 or so.
    np.testing.assert_allclose(tf.cast(context, "float32"), expected, atol=0.03)


def test_large_scores_stay_finite():
    layer = ConditionAttention(units=8, dtype="mixed_float16")
    layer.build(CONDITION.shape, QUERY.shape)
    layer.project.kernel.assign(tf.fill(layer.project.kernel.shape, 100.0))
    assert np.all(np.isfinite(layer(CONDITION, QUERY)))


@pytest.mark.parametrize(
    "condition, query, message",
    [
        (CONDITION, np.ones(3), "`query` must have shape"),
        (CONDITION[0], QUERY, "`condition` must have shape"),
    ],
)
def test_wrong_ranks_are_named(condition, query, message):
    with pytest.raises(ValueError, match=message):
        ConditionAttention(8)(condition, query)


def test_bad_units_are_named():
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        ConditionAttention(0)


def test_a_file_that_calls_it_feature_attention_loads():
    layer = ConditionAttention(units=8, name="attention")
    layer(CONDITION, QUERY)
    config = keras.saving.serialize_keras_object(layer)
    config["registered_name"] = "keras_vae_collapse>FeatureAttention"
    config["module"], config["class_name"] = "keras_vae_collapse.layers.x", "FeatureAttention"
    shapes = config["build_config"]["shapes_dict"]
    shapes = {"features_shape": shapes["condition_shape"], "query_shape": shapes["query_shape"]}
    config["build_config"] = {"shapes_dict": shapes}
    loaded = keras.saving.deserialize_keras_object(config)
    assert type(loaded) is ConditionAttention
    assert [w.shape for w in loaded.weights] == [w.shape for w in layer.weights]
    with pytest.warns(DeprecationWarning, match="FeatureAttention is now ConditionAttention"):
        assert layers.FeatureAttention is ConditionAttention


def test_a_relaxed_entry_counts_in_part_and_has_a_gradient():
    layer = ConditionAttention(units=8)
    relaxed = np.array([[0.3, 0.0, 0.7, 1.0]] * 3, "float32")
    layer(relaxed, QUERY)
    embeddings, kernel, bias = (
        np.asarray(w, "float64")
        for w in (layer.embeddings, layer.project.kernel, layer.project.bias)
    )
    with tf.GradientTape() as tape:
        condition = tf.constant(relaxed)
        tape.watch(condition)
        context = layer(condition, QUERY[:, 0])
        loss = tf.reduce_sum(context)
    scores = np.exp((QUERY[:, 0] @ kernel + bias) @ embeddings.T / np.sqrt(8)) * relaxed
    expected = scores @ embeddings / scores.sum(1, keepdims=True)
    np.testing.assert_allclose(context, expected, rtol=1e-4, atol=1e-6)
    rows, step = layer.prepare_steps(tf.constant(relaxed))
    np.testing.assert_allclose(step(rows, QUERY[:, 0]), expected, rtol=1e-4, atol=1e-6)
    gradient = tape.gradient(loss, condition).numpy()
    share = scores / scores.sum(1, keepdims=True)
    by_entry = (
        share / np.where(relaxed, relaxed, 1.0) * (embeddings.sum(1) - expected.sum(1)[:, None])
    )
    np.testing.assert_allclose(gradient, by_entry, rtol=1e-3, atol=1e-5)


def test_embeddings_start_at_the_size_of_the_weights_of_a_dense_layer():
    layer = ConditionAttention(units=16)
    layer.build((None, 500), (None, 3))
    spread = layer.embeddings.numpy().std()
    assert abs(spread - 0.25) < 5 * 0.25 / np.sqrt(2 * 8000)
