"""GRU: agreement with keras.layers.GRU, its own path and where it is not taken."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from slow_cases import mostly_slow

from keras_vae_collapse.layers import GRU

BATCH, LENGTH, DIM, UNITS = 5, 7, 3, 6
RNG = np.random.default_rng(0)
X = RNG.normal(size=(BATCH, LENGTH, DIM)).astype("float32")
H_0 = RNG.normal(size=(BATCH, UNITS)).astype("float32")
MASKS = {
    "none": None,
    "right": np.arange(LENGTH) < np.array([7, 3, 5, 1, 0])[:, None],  # the last is empty
    "holes": RNG.random((BATCH, LENGTH)) < 0.6,
}


def pair(**options):
    """A Keras layer and ours with the same weights."""
    theirs, ours = keras.layers.GRU(UNITS, **options), GRU(UNITS, **options)
    theirs.build((BATCH, LENGTH, DIM))
    ours.build((BATCH, LENGTH, DIM))
    weights = [RNG.normal(size=w.shape) * 0.5 for w in theirs.get_weights()]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return theirs, ours


def outputs_and_gradients(layer, **call):
    """Outputs, and the gradients of a curved function of them by inputs, state and weights."""
    x, h_0 = tf.constant(X), tf.constant(H_0)
    variables = [v.value for v in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch([x, h_0])
        outputs = tf.nest.flatten(layer(x, initial_state=h_0, **call))
        loss = sum((i + 1) * tf.reduce_sum(y**2) for i, y in enumerate(outputs))
    return [np.asarray(v) for v in (*outputs, *tape.gradient(loss, [x, h_0, *variables]))]


def assert_same(actual, expected, tolerance=1e-5):
    # Sums of fewer than 100 terms of size about one, rounded in another order: below 1e-5.
    assert len(actual) == len(expected)
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_sequences": True, "return_state": True},
        {"return_sequences": True, "return_state": True, "zero_output_for_mask": True},
    ],
)
def test_results_and_gradients_are_those_of_keras(options, go_backwards, mask, training):
    theirs, ours = pair(go_backwards=go_backwards, **options)
    call = {"mask": MASKS[mask], "training": training}
    assert_same(outputs_and_gradients(ours, **call), outputs_and_gradients(theirs, **call))


def test_gradients_agree_with_differences_in_double_precision():
    layer = pair(dtype="float64")[1]
    x, direction = tf.constant(X, "float64"), tf.constant(RNG.normal(size=X.shape))

    def value(x):
        return tf.reduce_sum(tf.sin(layer(x, mask=MASKS["right"], training=True)))

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = value(x)
    slope = tf.reduce_sum(tape.gradient(y, x) * direction)
    step = 1e-6  # the error of the central difference is of order step^2 = 1e-12
    difference = (value(x + step * direction) - value(x - step * direction)) / (2 * step)
    np.testing.assert_allclose(slope, difference, rtol=1e-7)


def test_second_gradients_are_those_of_keras():
    def second(layer):
        x = tf.constant(X)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_sum(layer(x, training=True) ** 2)
            slope = tf.reduce_sum(inner.gradient(y, x) ** 2)
        return [outer.gradient(slope, x).numpy()]

    theirs, ours = pair()
    assert_same(second(ours), second(theirs), tolerance=1e-4)


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("training", [True, False])
def test_right_padding_changes_no_bit(go_backwards, training):
    layer = pair(go_backwards=go_backwards)[1]
    padded = np.concatenate([X, np.full((BATCH, 4, DIM), 9, "float32")], axis=1)
    mask = np.arange(LENGTH + 4) < np.full((BATCH, 1), LENGTH)
    expected = layer(X, initial_state=H_0, training=training)
    actual = layer(padded, initial_state=H_0, mask=mask, training=training)
    np.testing.assert_array_equal(actual, expected)


def test_one_trace_serves_all_lengths_and_batches():
    theirs, ours = pair(return_sequences=True)
    traces = []

    @tf.function(input_signature=[tf.TensorSpec([None, None, DIM])])
    def gradient(x):
        traces.append(1)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(ours(x, training=True) ** 2)
        return tape.gradient(y, x)

    for batch, length in ((5, 7), (2, 3), (1, 1)):
        x = tf.constant(X[:batch, :length])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(theirs(x) ** 2)
        assert_same([gradient(x).numpy()], [tape.gradient(y, x).numpy()])
    assert len(traces) == 1


def test_initial_state_may_come_in_a_list():
    layer = pair()[1]
    np.testing.assert_array_equal(
        layer(X, initial_state=[H_0]), layer(X, initial_state=tf.constant(H_0))
    )


@pytest.fixture
def keras_calls(monkeypatch):
    """Calls of Keras's own loop, which then only gives zeros of the right shape."""
    calls = []

    def inner_loop(layer, sequences, initial_state, mask, training=False):
        calls.append(layer)
        zeros = tf.zeros((BATCH, UNITS))
        return zeros, zeros[:, None], [zeros]

    monkeypatch.setattr(keras.layers.GRU, "inner_loop", inner_loop)
    return calls


def test_keras_loop_is_not_used_by_default(keras_calls):
    for training in (False, True):
        GRU(UNITS)(X, training=training)
    GRU(UNITS, dropout=0.5, recurrent_dropout=0.5)(X, training=False)
    GRU(UNITS, use_cudnn=False)(X)
    assert not keras_calls


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"reset_after": False},
        {"unroll": True},
        {"stateful": True},
        {"dropout": 0.5},
        {"recurrent_dropout": 0.5},
        {"use_cudnn": True},
    ],
    ids=str,
)
def test_other_options_are_left_to_keras(options, keras_calls):
    layer = GRU(UNITS, **options)
    layer(X, training=True)
    assert keras_calls == [layer]


def test_what_is_left_to_keras_is_told_whether_it_trains():
    layer = GRU(UNITS, recurrent_dropout=0.9, seed=1)
    trained, used = layer(X, training=True), layer(X, training=False)
    assert np.abs(trained - used).max() > 1e-3


def test_a_gpu_is_left_to_keras(monkeypatch, keras_calls):
    layer = GRU(UNITS)
    layer.build(X.shape)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: ["GPU:0"])
    layer(X)
    assert keras_calls == [layer]


@pytest.mark.parametrize("policy, tolerance", [("mixed_float16", 2**-8), ("mixed_bfloat16", 2**-5)])
def test_mixed_precision_computes_in_half_and_keeps_float32_gradients(policy, tolerance):
    # States below one after seven steps, each rounded to within 2^-11 (2^-8 in bfloat16).
    layer = pair(return_sequences=True, dtype=policy)[1]
    exact = GRU(UNITS, return_sequences=True)
    exact.build(X.shape)
    exact.set_weights(layer.get_weights())
    with tf.GradientTape() as tape:
        y = layer(X, mask=MASKS["right"], training=True)
        loss = tf.reduce_sum(tf.cast(y, "float32"))
    assert y.dtype == policy.removeprefix("mixed_")
    gradients = tape.gradient(loss, [v.value for v in layer.trainable_variables])
    assert all(g.dtype == "float32" and np.isfinite(g).all() for g in gradients)
    difference = tf.cast(y, "float32") - exact(X, mask=MASKS["right"])
    assert np.abs(difference).max() < 8 * tolerance


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_states_grow_by_less_than_half_precision_can_hold(policy):
    layer = GRU(1, dtype=policy)
    layer.build((1, 500, 1))
    # z = sigmoid(7) = 0.99909, n = tanh(4) = 0.9993: h_500 = n (1 - z^500) = 0.365, while a state
    # of 8 (11) bits stays where a step of 0.0009 n is less than half of its last bit.
    bias = np.array([[7.0, 0.0, 4.0], [0.0, 0.0, 0.0]])
    layer.set_weights([np.zeros((1, 3)), np.zeros((1, 3)), bias])
    z, n = 1 / (1 + np.exp(-7.0)), np.tanh(4.0)
    state = layer(np.zeros((1, 500, 1), "float32"), training=True)
    np.testing.assert_allclose(float(state[0, 0]), n * (1 - z**500), rtol=2**-8)


def model(layer, seed=0):
    keras.utils.set_random_seed(seed)
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, DIM, mask_zero=True)(ids)
    states = keras.layers.Bidirectional(layer(UNITS))(embedded)
    return keras.Model(ids, keras.layers.Dense(1)(states))


IDS = np.where(MASKS["right"][:4].repeat(4, 0), RNG.integers(1, 9, (16, LENGTH)), 0)
TARGETS = RNG.normal(size=(16, 1)).astype("float32")


def losses(model, **options):
    model.compile(keras.optimizers.Adam(0.01), "mse", **options)
    fitted = model.fit(IDS, TARGETS, batch_size=8, epochs=4, shuffle=False, verbose=0)
    return fitted.history["loss"]


@pytest.mark.parametrize(
    "options", mostly_slow([{}, {"jit_compile": True}, {"run_eagerly": True}], [{}])
)
def test_fit_goes_the_way_it_goes_with_keras(options):
    ours = losses(model(GRU), **options)
    assert_same([ours], [losses(model(keras.layers.GRU))], tolerance=1e-4)
    assert ours[-1] < ours[0]
