"""Greedy and beam search over any decoder that can be stepped, as TensorFlow graph code."""

import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS

_DEAD = float(tf.float32.min) / 4  # NumPy 1 makes its scalars double


def beam_search(step, prepared, state, batch_size, max_length, beam_width=1, logit_offsets=0.0):
    """The `beam_width` most probable sequences found for each example, best first.

    A sequence ends with the end symbol or after `max_length` symbols. A hypothesis is scored by
    its log-probability, without length normalisation: the sum over its symbols, end symbol
    included. With a width of 1 this is greedy search. Examples whose sequences have all ended are
    no longer stepped once they are half of those that are.

    Args:
        step: `step(t, previous_ids, prepared, state) -> (logits, state)`; ids `(rows,)`, logits
            `(rows, vocabulary)`, where the beams of one example are rows side by side.
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
    steps = max_length + 1
    choose = _choose_best if isinstance(beam_width, int) and beam_width == 1 else _choose_beams

    def for_every_beam(nest):
        if choose is _choose_best:
            return nest
        return tf.nest.map_structure(lambda tensor: tf.repeat(tensor, beam_width, axis=0), nest)

    # Only the first beam is alive at the start: all others would repeat it.
    first = tf.one_hot(0, beam_width, on_value=0.0, off_value=_DEAD)
    active = {
        "example": tf.range(batch_size),
        "prepared": for_every_beam(prepared),
        "state": for_every_beam(state),
        "scores": tf.tile(first[None, :], [batch_size, 1]),  # (examples, beam)
        "previous": tf.fill([batch_size, beam_width], SOS),
        "ids": tf.fill([batch_size, beam_width, steps], PAD),
    }
    done = {"scores": active["scores"], "ids": active["ids"]}

    def unfinished(t, active, done):
        return (t < steps) & ((t == 0) | tf.reduce_any(_unended(active["previous"])))

    def advance(t, active, done):
        finished = ~_unended(active["previous"])
        flat = tf.reshape(active["previous"], [-1])
        logits, state = step(t, flat, active["prepared"], active["state"])
        logits = tf.cast(logits, tf.float32) + logit_offsets
        # The last position can only hold the end symbol.
        ends = finished | (t == max_length)
        end = tf.where(finished, PAD, EOS)
        scores, origin, previous = choose(logits, ends, end, active["scores"])
        ids = active["ids"]
        if origin is not None:
            state = tf.nest.map_structure(lambda tensor: tf.gather(tensor, origin), state)
            ids = tf.gather(tf.reshape(ids, [-1, steps]), origin)
            ids = tf.reshape(ids, [-1, beam_width, steps])
        ids = tf.where(tf.range(steps) == t, previous[:, :, None], ids)
        active = {**active, "state": state, "scores": scores, "previous": previous, "ids": ids}
        living = tf.reduce_any(_unended(previous), axis=-1)
        count = tf.math.count_nonzero(living, dtype=tf.int32)
        active, done = tf.cond(
            2 * count <= tf.size(living),
            lambda: _compacted(active, done, living, beam_width),
            lambda: (active, done),
        )
        return t + 1, active, done

    variables = (tf.constant(0), active, done)
    _, active, done = tf.while_loop(
        unfinished, advance, variables, shape_invariants=_any_rows(variables)
    )
    done = _kept(active, done)
    return done["ids"], done["scores"]


def _unended(ids):
    return (ids != EOS) & (ids != PAD)


def _choose_best(logits, ends, end, scores):
    """The most probable symbol of each row: scores, `None` for the rows themselves, symbols."""
    best = tf.argmax(logits, axis=-1, output_type=tf.int32)[:, None]
    symbols = tf.where(ends, end, best)
    log_p = tf.gather(logits, symbols, axis=-1, batch_dims=1)
    log_p -= tf.reduce_logsumexp(logits, axis=-1, keepdims=True)
    return scores + tf.where(symbols == PAD, 0.0, log_p), None, symbols


def _choose_beams(logits, ends, end, scores):
    """The best continuations of each example: scores, rows that they continue, symbols."""
    log_p = tf.nn.log_softmax(logits)
    vocabulary, beam_width = tf.shape(log_p)[-1], tf.shape(scores)[-1]
    ends, end = tf.reshape(ends, [-1, 1]), tf.reshape(end, [-1, 1])
    symbols = tf.range(vocabulary)
    log_p = tf.where(end == PAD, 0.0, log_p)
    log_p = tf.where(ends & (symbols != end), _DEAD, log_p)
    total = tf.maximum(tf.reshape(scores, [-1, 1]) + log_p, 2 * _DEAD)
    total = tf.reshape(total, [-1, beam_width * vocabulary])
    scores, best = tf.math.top_k(total, k=beam_width)  # (examples, beam)
    examples = tf.range(tf.shape(total)[0])[:, None]
    origin = tf.reshape(best // vocabulary + examples * beam_width, [-1])
    return scores, origin, best % vocabulary


def _kept(active, done):
    """`done` with what is known of the active examples."""
    example = active["example"][:, None]
    return {
        name: tf.tensor_scatter_nd_update(done[name], example, active[name])
        for name in ("scores", "ids")
    }


def _compacted(active, done, living, beam_width):
    """The living examples, and `done` with the others."""
    done = _kept(active, done)
    examples = tf.reshape(tf.where(living), [-1])
    examples = tf.cast(examples, tf.int32)
    rows = tf.reshape(examples[:, None] * beam_width + tf.range(beam_width), [-1])
    by_row = {"prepared": active["prepared"], "state": active["state"]}
    by_row = tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), by_row)
    of_example = {
        name: tf.gather(values, examples) for name, values in active.items() if name not in by_row
    }
    return {**of_example, **by_row}, done


def _any_rows(nest):
    """Shapes that leave the number of rows open."""
    return tf.nest.map_structure(
        lambda tensor: tf.TensorShape([None, *tensor.shape[1:]] if tensor.shape.rank else []), nest
    )


def search_positions(logits, beam_width=1, logit_offsets=0.0):
    """As `beam_search`, where no symbol depends on those before: logits `(batch, steps, V)`."""
    batch_size, steps = tf.shape(logits)[0], logits.shape[1]
    if not (isinstance(beam_width, int) and beam_width == 1):

        def step(t, _, logits, state):
            return logits[:, t], state

        nothing = tf.zeros([batch_size, 0])
        return beam_search(step, logits, nothing, batch_size, steps - 1, beam_width, logit_offsets)
    logits = tf.cast(logits, tf.float32) + logit_offsets
    ids = tf.argmax(logits, axis=-1, output_type=tf.int32)
    ids = tf.where(tf.range(steps) == steps - 1, EOS, ids)
    log_p = tf.gather(logits, ids, axis=-1, batch_dims=2) - tf.reduce_logsumexp(logits, axis=-1)
    return until_end(ids, log_p)


def until_end(ids, log_p):
    """The sequences of symbols chosen at each position, as those of `beam_search` of width 1.

    Args:
        ids: the symbols, `(batch, steps)`; the last of each is the end symbol.
        log_p: of each of them.
    """
    ended = tf.cumsum(tf.cast(ids == EOS, tf.int32), axis=-1, exclusive=True) > 0
    score = tf.reduce_sum(tf.where(ended, 0.0, log_p), axis=-1)
    return tf.where(ended, PAD, ids)[:, None], score[:, None]


def never_emitted(vocabulary_size):
    """Logit offsets that keep padding, the unknown and the start symbol out of any output."""
    banned = [index < EOS for index in range(vocabulary_size)]
    return tf.where(tf.constant(banned), float(tf.float32.min) / 2, 0.0)
