"""Greedy and beam search over any decoder that can be stepped, as TensorFlow graph code."""

import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS


def beam_search(step, prepared, state, batch_size, max_length, beam_width=1, logit_offsets=0.0):
    """The `beam_width` most probable sequences found for each example, best first.

    A sequence ends with the end symbol or after `max_length` symbols. A hypothesis is scored by
    its log-probability, without length normalisation: the sum over its symbols, end symbol
    included. With a width of 1 this is greedy search.

    Args:
        step: `step(t, previous_ids, prepared, state) -> (logits, state)`; ids `(rows,)`, logits
            `(rows, vocabulary)`, where rows are `batch_size * beam_width`, the beams of one
            example side by side.
        prepared: nest of tensors `(batch, ...)` that no step changes.
        state: nest of tensors `(batch, ...)`, the state before the first step.
        batch_size: number of examples.
        max_length: most symbols of a sequence, end symbol not counted.
        beam_width: number of hypotheses kept, at least 1.
        logit_offsets: added to all logits, `(vocabulary,)`.

    Returns:
        `(ids, log_probability)`: int32 `(batch, beam_width, max_length + 1)` ending in the
        end symbol and padding, and float32 `(batch, beam_width)` in nats, best first. A
        hypothesis that could not be filled has a log-probability of about -1e38.
    """
    rows = batch_size * beam_width
    steps = max_length + 1

    def for_every_beam(tensor):
        return tf.repeat(tensor, beam_width, axis=0)

    prepared = tf.nest.map_structure(for_every_beam, prepared)
    state = tf.nest.map_structure(for_every_beam, state)
    dead = tf.float32.min / 4
    # Only the first beam is alive at the start: all others would repeat it.
    first = tf.one_hot(0, beam_width, on_value=0.0, off_value=dead)
    scores = tf.tile(first[None, :], [batch_size, 1])  # (batch, beam)
    previous = tf.fill([rows], SOS)
    ids = tf.fill([rows, steps], PAD)

    def unfinished(t, previous, *_):
        return (t < steps) & ((t == 0) | tf.reduce_any((previous != EOS) & (previous != PAD)))

    def advance(t, previous, state, scores, ids):
        logits, state = step(t, previous, prepared, state)
        log_p = tf.nn.log_softmax(tf.cast(logits, tf.float32) + logit_offsets)
        vocabulary = tf.shape(log_p)[-1]
        finished = (previous == EOS) | (previous == PAD)
        only_pad = tf.one_hot(PAD, vocabulary, on_value=0.0, off_value=dead)
        log_p = tf.where(finished[:, None], only_pad, log_p)
        # The last position can only hold the end symbol.
        only_end = tf.one_hot(EOS, vocabulary, on_value=0.0, off_value=dead)
        log_p = tf.where((t == max_length) & ~finished[:, None], log_p + only_end, log_p)
        total = tf.maximum(tf.reshape(scores, [rows, 1]) + log_p, 2 * dead)
        total = tf.reshape(total, [batch_size, beam_width * vocabulary])
        scores, best = tf.math.top_k(total, k=beam_width)  # (batch, beam)
        origin = best // vocabulary + tf.range(batch_size)[:, None] * beam_width
        origin = tf.reshape(origin, [rows])
        previous = tf.reshape(best % vocabulary, [rows])
        state = tf.nest.map_structure(lambda tensor: tf.gather(tensor, origin), state)
        ids = tf.gather(ids, origin)
        column = tf.range(steps)[None, :] == t
        ids = tf.where(column, previous[:, None], ids)
        return t + 1, previous, state, scores, ids

    _, _, _, scores, ids = tf.while_loop(
        unfinished,
        advance,
        (tf.constant(0), previous, state, scores, ids),
        shape_invariants=(
            tf.TensorShape([]),
            tf.TensorShape([None]),
            tf.nest.map_structure(lambda tensor: tf.TensorShape([None, *tensor.shape[1:]]), state),
            tf.TensorShape([None, None]),
            tf.TensorShape([None, None]),
        ),
    )
    return tf.reshape(ids, [batch_size, beam_width, steps]), scores


def never_emitted(vocabulary_size):
    """Logit offsets that keep padding, the unknown and the start symbol out of any output."""
    banned = [index < EOS for index in range(vocabulary_size)]
    return tf.where(tf.constant(banned), tf.float32.min / 2, 0.0)
