import itertools

import numpy as np
import tensorflow as tf

from keras_vae_collapse.models.decoding import beam_search
from keras_vae_collapse.tasks.reinflection.vocabulary import EOS, PAD

VOCABULARY, LONGEST = 6, 3


def _table_model(seed):
    """A decoder whose logits depend on the position and the symbol before, in a table."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(LONGEST + 1, VOCABULARY, VOCABULARY)).astype("float32") * 2
    table[..., :EOS] = -1e30  # padding, unknown and start are never emitted

    def step(t, previous, state):
        logits = tf.gather(tf.constant(table)[t], previous)
        return logits, state + tf.cast(previous, tf.float32)[:, None]

    return table, step


def _log_probability(table, word):
    """`log p` of a word, end symbol forced after `LONGEST` characters."""
    total, previous = 0.0, 2
    for t, symbol in enumerate([*word, EOS]):
        logits = table[t, previous].astype("float64")
        log_p = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
        total += log_p[symbol]
        previous = symbol
    return total


def _all_words(table):
    letters = range(EOS + 1, VOCABULARY)
    words = [w for n in range(LONGEST + 1) for w in itertools.product(letters, repeat=n)]
    return sorted(((_log_probability(table, w), w) for w in words), reverse=True)


def _word(ids):
    return tuple(int(i) for i in ids if i not in (PAD, EOS))


def test_a_beam_as_wide_as_the_space_finds_every_word_in_order_of_probability():
    table, step = _table_model(0)
    truth = _all_words(table)
    width = len(truth)
    ids, scores = beam_search(step, tf.zeros((2, 1)), 2, LONGEST, width)
    for row in range(2):
        assert [_word(w) for w in ids.numpy()[row]] == [w for _, w in truth]
        np.testing.assert_allclose(scores.numpy()[row], [p for p, _ in truth], rtol=1e-5)


def test_scores_are_the_log_probabilities_of_the_words_at_any_width():
    table, step = _table_model(1)
    for width in (1, 2, 5):
        ids, scores = beam_search(step, tf.zeros((3, 1)), 3, LONGEST, width)
        for word, score in zip(ids.numpy()[0], scores.numpy()[0], strict=True):
            np.testing.assert_allclose(score, _log_probability(table, _word(word)), rtol=1e-5)


def test_width_one_is_greedy():
    table, step = _table_model(2)
    ids, _ = beam_search(step, tf.zeros((1, 1)), 1, LONGEST, 1)
    previous, greedy = 2, []
    for t in range(LONGEST + 1):
        previous = int(table[t, previous].argmax()) if t < LONGEST else EOS
        if previous == EOS:
            break
        greedy.append(previous)
    assert _word(ids.numpy()[0, 0]) == tuple(greedy)


def test_beams_carry_their_own_state():
    def step(t, previous, state):
        # The state counts what came before; the end comes only where it has seen symbol 5.
        state = state + tf.cast(previous == 5, tf.float32)[:, None]
        seen = state[:, 0] > 0
        after = tf.constant([-1e30, -1e30, -1e30, 0.0, -1e30, -1e30])
        first = tf.constant([-1e30, -1e30, -1e30, -1e30, 0.5, 0.0])
        return tf.where(seen[:, None], after, first), state

    ids, _ = beam_search(step, tf.zeros((1, 1)), 1, LONGEST, 4)
    words = {_word(w) for w in ids.numpy()[0]}
    assert (5,) in words and (4, 5) in words


def test_no_rows_are_answered_with_no_rows():
    _, step = _table_model(3)
    ids, scores = beam_search(step, tf.zeros((0, 1)), 0, LONGEST, 2)
    assert ids.shape[0] == 0 and scores.shape == (0, 2)
