import itertools

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS
from keras_vae_collapse.models.decoding import beam_search, never_emitted, search_positions

VOCABULARY, LONGEST = 6, 3
NOTHING = {}


def _table_model(seed):
    """A decoder whose logits depend on the position and the symbol before, in a table."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(LONGEST + 1, VOCABULARY, VOCABULARY)).astype("float32") * 2
    table[..., :EOS] = -1e30  # padding, unknown and start are never emitted

    def step(t, previous, prepared, state):
        return tf.gather(tf.constant(table)[t], previous), state

    return table, step


def _log_probability(table, sequence):
    """`log p` of a sequence, end symbol forced after `LONGEST` symbols."""
    total, previous = 0.0, SOS
    for t, symbol in enumerate([*sequence, EOS]):
        logits = table[t, previous].astype("float64")
        log_p = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
        total += log_p[symbol]
        previous = symbol
    return total


def _all_sequences(table):
    symbols = range(EOS + 1, VOCABULARY)
    found = [s for n in range(LONGEST + 1) for s in itertools.product(symbols, repeat=n)]
    return sorted(((_log_probability(table, s), s) for s in found), reverse=True)


def _symbols(ids):
    return tuple(int(i) for i in ids if i not in (PAD, EOS))


def test_a_beam_as_wide_as_the_space_finds_every_sequence_in_order_of_probability():
    table, step = _table_model(0)
    truth = _all_sequences(table)
    ids, scores = beam_search(step, NOTHING, tf.zeros((2, 1)), 2, LONGEST, len(truth))
    for row in range(2):
        assert [_symbols(found) for found in ids.numpy()[row]] == [s for _, s in truth]
        np.testing.assert_allclose(scores.numpy()[row], [p for p, _ in truth], rtol=1e-5)


def test_scores_are_the_log_probabilities_of_the_sequences_at_any_width():
    table, step = _table_model(1)
    for width in (1, 2, 5):
        ids, scores = beam_search(step, NOTHING, tf.zeros((3, 1)), 3, LONGEST, width)
        for found, score in zip(ids.numpy()[0], scores.numpy()[0], strict=True):
            np.testing.assert_allclose(score, _log_probability(table, _symbols(found)), rtol=1e-5)


def test_width_one_is_greedy():
    table, step = _table_model(2)
    ids, _ = beam_search(step, NOTHING, tf.zeros((1, 1)), 1, LONGEST, 1)
    previous, greedy = SOS, []
    for t in range(LONGEST + 1):
        previous = int(table[t, previous].argmax()) if t < LONGEST else EOS
        if previous == EOS:
            break
        greedy.append(previous)
    assert _symbols(ids.numpy()[0, 0]) == tuple(greedy)


def test_each_beam_carries_its_own_state_and_sees_what_was_prepared_for_its_example():
    def step(t, previous, prepared, state):
        # The state counts what came before; the end comes only where it has seen the wanted symbol.
        count = state["count"] + tf.cast(previous == prepared["wanted"], tf.float32)
        after = tf.constant([-1e30, -1e30, -1e30, 0.0, -1e30, -1e30])
        first = tf.constant([-1e30, -1e30, -1e30, -1e30, 0.5, 0.0])
        return tf.where(count[:, None] > 0, after, first), {"count": count}

    prepared, state = {"wanted": tf.constant([5, 4])}, {"count": tf.zeros(2)}
    ids, _ = beam_search(step, prepared, state, 2, LONGEST, 4)
    one, other = ({_symbols(found) for found in row} for row in ids.numpy())
    assert {(5,), (4, 5)} <= one and {(4,), (5, 4)} <= other


def test_no_rows_are_answered_with_no_rows():
    _, step = _table_model(3)
    ids, scores = beam_search(step, NOTHING, tf.zeros((0, 1)), 0, LONGEST, 2)
    assert ids.shape[0] == 0 and scores.shape == (0, 2)


def test_examples_that_have_ended_are_stepped_no_longer_once_they_are_half():
    ends, rows = tf.constant([1, 1, 2, 4]), []  # symbols before the end of each example

    def step(t, previous, prepared, state):
        rows.append(len(previous))
        symbol = tf.where(t < prepared["ends"], EOS + 1, EOS)
        return 50.0 * tf.one_hot(symbol, VOCABULARY), state

    ids, _ = beam_search(step, {"ends": ends}, tf.zeros((4, 1)), 4, 5)
    assert [len(_symbols(found)) for found in ids.numpy()[:, 0]] == [1, 1, 2, 4]
    assert rows == [4, 4, 2, 1, 1]
    assert ids.shape == (4, 1, 6)


def test_a_beam_wider_than_the_space_is_filled_with_what_cannot_be():
    table, step = _table_model(4)
    width = len(_all_sequences(table)) + 2
    nothing, banned = tf.zeros((1, 1)), never_emitted(VOCABULARY)
    _, scores = beam_search(step, NOTHING, nothing, 1, LONGEST, width, banned)
    found, unfilled = scores.numpy()[0, :-2], scores.numpy()[0, -2:]
    assert (found > -100).all() and (unfilled < -1e37).all() and np.isfinite(unfilled).all()


def test_offsets_are_added_to_the_logits_of_every_step():
    table, step = _table_model(5)
    offsets = np.linspace(-1, 2, VOCABULARY).astype("float32")
    ids, scores = beam_search(step, NOTHING, tf.zeros((1, 1)), 1, LONGEST, 3, offsets)
    truth = _all_sequences(table + offsets)[0]
    assert _symbols(ids.numpy()[0, 0]) == truth[1]
    np.testing.assert_allclose(scores.numpy()[0, 0], truth[0], rtol=1e-5)


def test_positions_that_depend_on_nothing_before_are_searched_at_once():
    table = np.random.default_rng(6).normal(size=(2, LONGEST + 1, VOCABULARY)).astype("float32")
    logits, banned = tf.constant(table), never_emitted(VOCABULARY)
    same = np.repeat(table[:, :, None], VOCABULARY, axis=2)
    same[..., :EOS] = -1e30
    truths = [_all_sequences(of_row) for of_row in same]
    ids, scores = search_positions(logits, len(truths[0]), banned)
    greedy, greedy_scores = search_positions(logits, 1, banned)
    for row, truth in enumerate(truths):
        assert [_symbols(found) for found in ids.numpy()[row]] == [s for _, s in truth]
        np.testing.assert_allclose(scores.numpy()[row], [p for p, _ in truth], rtol=1e-5)
        best = [*(EOS + table[row, :-1, EOS:].argmax(axis=1)), EOS]
        sequence = tuple(best[: best.index(EOS)])
        assert _symbols(greedy.numpy()[row, 0]) == sequence
        expected = _log_probability(same[row], sequence)
        np.testing.assert_allclose(greedy_scores.numpy()[row], [expected], rtol=1e-5)


def test_padding_unknown_and_start_are_never_emitted_and_all_else_may_be():
    offsets = never_emitted(VOCABULARY).numpy()
    assert (offsets[:EOS] < -1e37).all() and (offsets[EOS:] == 0.0).all()
