"""TransformerDecoder: its equations, what it sees, and its steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import TransformerDecoder

UNITS, SYMBOLS, LENGTH, HEADS = 6, 7, 8, 2
RNG = np.random.default_rng(0)
CONDITION = RNG.normal(size=(3, 4))
EMBEDDINGS = RNG.normal(size=(SYMBOLS, 5))
IDS = RNG.integers(0, SYMBOLS, size=(3, LENGTH))
Z_INPUTS = ("prefix", "embedding", "memory")
z_inputs = pytest.mark.parametrize("z_input", Z_INPUTS)
placed = pytest.mark.parametrize("positions", ["sinusoidal", "learned"])


def make(z_input="prefix", positions="sinusoidal", dtype="float64", **options):
    decoder = TransformerDecoder(
        UNITS,
        layers=2,
        heads=HEADS,
        feed_forward_units=9,
        z_input=z_input,
        memory_slots=3,
        positions=positions,
        max_length=LENGTH,
        dtype=dtype,
        **options,
    )
    decoder.build(CONDITION.shape, (*IDS.shape, EMBEDDINGS.shape[1]))
    for weight in decoder.trainable_weights:
        weight.assign(weight + RNG.normal(size=weight.shape) * 0.3)
    return decoder


def normalised(x, layer):
    gamma, beta = layer.get_weights()
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * gamma + beta


def attended(layer, query, source, mask):
    """Multi-head attention of one example, `(from, units)` to `(to, units)`, head by head."""
    q, b_q, k, b_k, v, b_v, o, b_o = layer.get_weights()
    found = b_o
    for head in range(HEADS):
        Q, K, V = (
            inputs @ W[:, head] + b[head]
            for inputs, W, b in ((query, q, b_q), (source, k, b_k), (source, v, b_v))
        )
        scores = np.where(mask, Q @ K.T / np.sqrt(UNITS / HEADS), -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        found = found + weights / weights.sum(-1, keepdims=True) @ V @ o[head]
    return found


def expected_states(decoder, condition, history):
    """The equations of the docstring in NumPy, for one example."""
    given = condition @ decoder.give.get_weights()[0] + decoder.give.get_weights()[1]
    x, memory = history @ decoder.embed.get_weights()[0], None
    if decoder.z_input == "prefix":
        x = np.concatenate([given[None], x])
    elif decoder.z_input == "embedding":
        x = x + given
    else:
        memory = given.reshape(3, UNITS)
    stack = decoder.stack
    if decoder.positions == "learned":
        p = np.asarray(stack.positions)[: len(x)]
    else:
        angles = np.arange(len(x))[:, None] * 10000.0 ** (-np.arange(UNITS // 2) / (UNITS // 2))
        p = np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)
    x = np.sqrt(UNITS) * x + p
    causal = np.tril(np.ones((len(x), len(x)), bool))
    for block in stack.blocks:
        h = normalised(x, block.attention_norm)
        x = x + attended(block.attention, h, h, causal)
        if memory is not None:
            h = normalised(x, block.memory_norm)
            x = x + attended(block.memory_attention, h, memory, np.ones((len(x), 3), bool))
        (W_1, b_1), (W_2, b_2) = block.widen.get_weights(), block.narrow.get_weights()
        x = x + np.maximum(normalised(x, block.feed_norm) @ W_1 + b_1, 0.0) @ W_2 + b_2
    return normalised(x, stack.norm)[-len(history) :]


@placed
@z_inputs
def test_states_are_those_of_the_equations(z_input, positions):
    decoder = make(z_input, positions)
    found = decoder(CONDITION, EMBEDDINGS[IDS])
    assert found.shape == decoder.compute_output_shape(CONDITION.shape, (*IDS.shape, 5))
    for row in range(len(IDS)):
        expected = expected_states(decoder, CONDITION[row], EMBEDDINGS[IDS[row]])
        # Sinusoids are computed in float32.
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-5)


@z_inputs
def test_a_state_sees_the_condition_and_the_history_up_to_its_position(z_input):
    decoder = make(z_input)
    changed = EMBEDDINGS[IDS]
    found = decoder(CONDITION, changed.copy()).numpy()
    changed[:, 4] += 1.0
    other = decoder(CONDITION, changed).numpy()
    np.testing.assert_allclose(other[:, :4], found[:, :4], rtol=1e-12)
    assert (np.abs(other - found)[:, 4:].max(-1) > 1e-3).all()
    other = decoder(CONDITION + 1.0, EMBEDDINGS[IDS]).numpy()
    assert (np.abs(other - found).max(-1) > 1e-3).all()


def steps(decoder, prepared):
    """The outputs of all symbols, one step after the other."""
    condition, embeddings = (
        tf.constant(values, decoder.compute_dtype) for values in (CONDITION, EMBEDDINGS)
    )
    rows, step = decoder.prepare_steps(condition, embeddings)
    state, found = decoder.initial_state(condition), []
    for ids in IDS.T:
        before = state
        if prepared:
            state = step(ids, rows, state)
        else:
            state = decoder.step(condition, tf.gather(embeddings, ids), state)
        found.append(np.asarray(decoder.state_output(state), "float64"))
        # A loop may carry the state.
        same = tf.nest.map_structure(
            lambda a, b: (a.shape, a.dtype) == (b.shape, b.dtype), before, state
        )
        assert all(tf.nest.flatten(same))
    return np.stack(found, axis=1)


@pytest.mark.parametrize("prepared", [True, False])
@placed
@z_inputs
def test_steps_give_the_states_of_a_sequence(z_input, positions, prepared):
    decoder = make(z_input, positions)
    expected = decoder(CONDITION, EMBEDDINGS[IDS])
    np.testing.assert_allclose(steps(decoder, prepared), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("policy, tolerance", [("mixed_float16", 2**-8), ("mixed_bfloat16", 2**-5)])
@z_inputs
def test_steps_in_mixed_precision_are_near_those_in_full(z_input, policy, tolerance):
    decoder = make(z_input, dtype=policy)
    exact = make(z_input)
    exact.set_weights(decoder.get_weights())
    expected = exact(CONDITION, EMBEDDINGS[IDS]).numpy()
    for prepared in (True, False):
        found = steps(decoder, prepared)
        assert 0 < np.abs(found - expected).max() < 16 * tolerance


def test_room_is_kept_for_as_many_steps_as_are_asked_for():
    decoder = TransformerDecoder(UNITS, heads=HEADS, z_input="embedding")
    decoder.build(CONDITION.shape, (*IDS.shape, EMBEDDINGS.shape[1]))
    with pytest.raises(ValueError, match="told how many steps to keep room for"):
        decoder.initial_state(CONDITION)
    state = decoder.initial_state(CONDITION, length=5)
    assert state["caches"][1]["keys"].shape == (3, HEADS, UNITS // HEADS, 5)
    assert state["caches"][1]["values"].shape == (3, HEADS, 5, UNITS // HEADS)


@z_inputs
def test_no_more_positions_are_used_than_were_learned(z_input):
    decoder = make(z_input, "learned", dtype="float32")
    longer = np.zeros((3, LENGTH + 1, 5))
    message = f"at most `max_length` = {LENGTH} positions. Received: length={LENGTH + 1}"
    with pytest.raises(ValueError, match=message):
        decoder(CONDITION, longer)
    with pytest.raises(ValueError, match=message):
        decoder.initial_state(CONDITION, length=LENGTH + 1)


def test_learned_positions_start_near_zero():
    decoder = TransformerDecoder(64, 1, 2, positions="learned", max_length=99)
    decoder.build((None, 4), (None, None, 5))
    positions = decoder.stack.positions.numpy()
    assert positions.shape == (100, 64)  # and one for the prefix
    assert abs(positions.std() - 0.1) < 5 * 0.1 / np.sqrt(2 * 6400)


@z_inputs
def test_it_drops_in_training_alone_and_differently_in_every_block(z_input):
    decoder = make(z_input, dropout=0.5, seed=1)
    one, other, kept = (
        decoder(CONDITION, EMBEDDINGS[IDS], training=training) for training in (True, True, False)
    )
    assert np.abs(one - other).max() > 1e-3
    np.testing.assert_array_equal(kept, decoder(CONDITION, EMBEDDINGS[IDS]))
    seeds = [layer.drop.seed for layer in (decoder.stack, *decoder.stack.blocks)]
    assert len(set(seeds)) == 3
    decoder.dropout = 0.0
    still = decoder(CONDITION, EMBEDDINGS[IDS], training=True)
    np.testing.assert_allclose(still, kept, rtol=1e-12)


def test_symbolic_steps_say_where_to_call_them():
    decoder, condition = make(), keras.Input((4,))
    with pytest.raises(ValueError, match="`initial_state` cannot be called with the symbolic"):
        decoder.initial_state(condition)
    with pytest.raises(ValueError, match="`step` cannot be called with the symbolic"):
        decoder.step(condition, keras.Input((5,)), {})
    with pytest.raises(ValueError, match="`prepare_steps` cannot be called with the symbolic"):
        decoder.prepare_steps(condition, EMBEDDINGS)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"layers": 0}, "`layers` must be an integer of at least 1"),
        ({"heads": 0}, "`heads` must be an integer of at least 1"),
        ({"heads": 4}, "`units` must be a multiple of `heads`. Received: units=6, heads=4"),
        ({"feed_forward_units": 0}, "`feed_forward_units` must be an integer of at least 1"),
        ({"z_input": "state"}, "`z_input` must be one of 'prefix', 'embedding', 'memory'"),
        ({"memory_slots": 0}, "`memory_slots` must be an integer of at least 1"),
        ({"positions": "none"}, "`positions` must be one of 'sinusoidal', 'learned'"),
        ({"positions": "learned"}, "`max_length` must be given where positions are learned"),
        ({"max_length": 0}, "`max_length` must be an integer of at least 1"),
        ({"dropout": -0.1}, r"`dropout` must be a finite number in \[0, 1\]"),
    ],
)
def test_arguments_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        TransformerDecoder(**{"units": UNITS, "heads": HEADS, **options})


def test_shapes_that_cannot_be_are_named():
    with pytest.raises(ValueError, match="`condition` must have shape"):
        TransformerDecoder(UNITS, heads=HEADS)(np.zeros((2, 3, 4)), np.zeros((2, 3, 5)))
    with pytest.raises(ValueError, match="`history` must have shape"):
        TransformerDecoder(UNITS, heads=HEADS)(np.zeros((2, 4)), np.zeros((2, 4)))
