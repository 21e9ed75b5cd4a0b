"""AlignedGRUDecoder: its equation, its gradient, where it reads, precision, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import AlignedGRUDecoder
from keras_vae_collapse.layers.aligned_gru_decoder import SHIFTS

BATCH, LENGTH, SLOTS, UNITS = 3, 5, 6, 4
RNG = np.random.default_rng(0)
# Keras makes float32 of NumPy arrays, but leaves tensors as they are.
CONDITION = tf.constant(RNG.normal(size=(BATCH, 2)))
HISTORY = tf.constant(RNG.normal(size=(BATCH, LENGTH, 7)))
MEMORY = tf.constant(RNG.normal(size=(BATCH, SLOTS, 9)))


def make(dtype="float64"):
    """A layer whose weights are all far from zero."""
    keras.utils.set_random_seed(1)
    layer = AlignedGRUDecoder(UNITS, SLOTS, dtype=dtype)
    layer.build(CONDITION.shape, HISTORY.shape, MEMORY.shape)
    rng = np.random.default_rng(1)
    layer.set_weights([w + 0.5 * rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def test_states_follow_the_equations():
    layer = make()
    W, b, U, b_n, C, p, w, first = (
        getattr(layer, name).numpy().astype("float64")
        for name in (
            "kernel", "bias", "recurrent_kernel", "reset_bias", "context_kernel", "positions",
            "shifts", "first",
        )
    )  # fmt: skip

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    actual = layer(CONDITION, HISTORY, MEMORY)
    for row in range(BATCH):
        condition, memory = CONDITION[row].numpy(), MEMORY[row].numpy()
        h = np.tanh(condition @ layer.start.kernel.numpy() + layer.start.bias.numpy())
        location = first
        for t, e in enumerate(HISTORY[row].numpy()):
            x = np.concatenate([e, condition]) @ W + b
            hU = h @ U
            query = x[3 * UNITS :] + hU[3 * UNITS :]
            a = np.exp((memory + p) @ query / 3 + location)  # sqrt(9) = 3
            a /= a.sum()
            location = np.zeros(SLOTS)
            for score, shift in zip(w, SHIFTS, strict=True):
                for k in range(SLOTS):
                    if 0 <= k + shift < SLOTS:
                        location[k + shift] += score * a[k]
            cC = (a @ memory) @ C
            z, r = (
                sigmoid(x[part] + hU[part] + cC[part])
                for part in (slice(UNITS), slice(UNITS, 2 * UNITS))
            )
            new = slice(2 * UNITS, 3 * UNITS)
            h = z * h + (1 - z) * np.tanh(x[new] + cC[new] + r * (hU[new] + b_n))
            np.testing.assert_allclose(actual[row, t], h, rtol=1e-10)


def test_the_gradient_of_training_is_that_of_tensorflow():
    layer = make()
    # One trace for all lengths and batches.
    shapes = ([None, 2], [None, None, 7], [None, SLOTS, 9])
    signature = [tf.TensorSpec(shape, "float64") for shape in shapes]

    def slopes(training):
        @tf.function(input_signature=signature)
        def computed(*given):
            with tf.GradientTape() as tape:
                tape.watch(given)
                y = tf.reduce_sum(tf.sin(3 * layer(*given, training=training)))
            return y, *tape.gradient(y, [*given, *(v.value for v in layer.trainable_variables)])

        return computed

    ours, theirs = slopes(True), slopes(False)
    for batch, length in ((3, 5), (2, 2), (1, 3)):
        given = CONDITION[:batch], HISTORY[:batch, :length], MEMORY[:batch]
        expected = theirs(*given)
        assert all(np.abs(slope).max() > 0.01 for slope in expected)
        for actual, slope in zip(ours(*given), expected, strict=True):
            np.testing.assert_allclose(actual, slope, rtol=1e-9, atol=1e-12)


def test_at_first_slots_are_read_in_their_order():
    keras.utils.set_random_seed(0)
    layer = AlignedGRUDecoder(UNITS, SLOTS)
    layer.build(CONDITION.shape, HISTORY.shape, MEMORY.shape)
    state = layer.initial_state(CONDITION)
    for t in range(LENGTH):
        assert (np.argmax(state[:, UNITS:], axis=-1) == t).all()
        state = layer.step(CONDITION, HISTORY[:, t], MEMORY, state)


def test_steps_of_decoding_give_the_same_states():
    layer = make()
    state = layer.initial_state(CONDITION)
    for t, expected in enumerate(tf.unstack(layer(CONDITION, HISTORY, MEMORY), axis=1)):
        state = layer.step(CONDITION, HISTORY[:, t], MEMORY, state)
        np.testing.assert_allclose(state[:, :UNITS], expected, rtol=1e-10)


@pytest.mark.parametrize(("policy", "bits"), [("mixed_float16", 11), ("mixed_bfloat16", 8)])
def test_mixed_precision_is_close_to_float32(policy, bits):
    exact, mixed = make("float32"), make(policy)
    mixed.set_weights(exact.get_weights())
    states = mixed(CONDITION, HISTORY, MEMORY, training=True)
    assert keras.backend.standardize_dtype(states.dtype) == policy.removeprefix("mixed_")
    expected = exact(CONDITION, HISTORY, MEMORY)
    # Products of size 4 or so, rounded to `bits`, through five steps.
    np.testing.assert_allclose(np.asarray(states, "float32"), expected, atol=20 * 2.0**-bits)


def test_bad_values_say_what_is_allowed():
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        AlignedGRUDecoder(0, 3)
    with pytest.raises(ValueError, match="`slots` must be an integer of at least 1"):
        AlignedGRUDecoder(3, 0)
    with pytest.raises(ValueError, match=r"\(batch, 4, dim\)"):
        AlignedGRUDecoder(3, 4)(CONDITION, HISTORY, MEMORY)


def test_weights_start_as_the_attention_is_to_start():
    layer = AlignedGRUDecoder(20, 200)
    layer.build((None, 2), (None, None, 7), (None, 200, 60))
    # Next to the most likely slot all others together have 199 / (e^6 + 199) of the attention.
    first = tf.nn.softmax(layer.first).numpy()
    np.testing.assert_allclose(first[0], np.exp(6) / (np.exp(6) + 199), rtol=1e-5)
    assert sorted(layer.shifts.numpy()) == [0.0] * 7 + [6.0]
    assert not layer.bias.numpy().any() and not layer.reset_bias.numpy().any()
    U = layer.recurrent_kernel.numpy()
    np.testing.assert_allclose(U @ U.T, np.eye(20), atol=1e-5)
    # 12,000 draws.
    assert abs(layer.positions.numpy().std() - 1.0) < 5 / np.sqrt(2 * 12_000)


def test_attention_moves_from_two_slots_back_to_five_ahead():
    layer = AlignedGRUDecoder(1, 9)
    layer.build((1, 1), (1, 1, 1), (1, 9, 1))
    layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    layer.shifts.assign(np.arange(1.0, 9.0))
    one = np.ones((1, 1), "float32")
    state = np.concatenate([one, 1e3 * np.eye(9, dtype="float32")[3:4]], axis=1)  # at slot 3
    state = layer.step(one, one, np.ones((1, 9, 1), "float32"), state)
    np.testing.assert_allclose(state[0, 1:], [0, 1, 2, 3, 4, 5, 6, 7, 8], atol=1e-5)


def test_wrong_ranks_are_named():
    for name, inputs in (
        ("condition", (HISTORY, HISTORY, MEMORY)),
        ("history", (CONDITION, CONDITION, MEMORY)),
    ):
        with pytest.raises(ValueError, match=f"`{name}` must have shape"):
            AlignedGRUDecoder(UNITS, SLOTS)(*inputs)
