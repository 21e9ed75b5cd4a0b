"""What a `SequenceDecoder` computes for one symbol after the other."""

import inspect

import tensorflow as tf
from keras import ops

from keras_vae_collapse.layers.id_dropout import IdDropout
from keras_vae_collapse.models.decoding import beam_search, never_emitted, search_positions

# Up to this size all symbols of the vocabulary are embedded and projected before the first step.
_LARGEST_TABLE = 1024


def decode(decoder, z, condition, max_length, beam_width=1):
    """The most probable sequences of a `SequenceDecoder`, as those of `decoding.beam_search`.

    A decoder that sees no history computes all positions at once.
    """
    offsets = never_emitted(decoder.vocabulary_size)

    def at_once():
        logits = decoder.historyless_logits(z, condition, max_length + 1)
        # In a graph the loop of a recurrence does not know how many steps it takes.
        logits = tf.ensure_shape(logits, [None, max_length + 1, decoder.vocabulary_size])
        return search_positions(logits, beam_width, offsets)

    def stepwise():
        steps = decoding_steps(decoder, z, condition, max_length + 1)
        return beam_search(*steps, tf.shape(z)[0], max_length, beam_width, offsets)

    if not decoder.autoregressive:
        return at_once()
    dropout = decoder.history_dropout
    if isinstance(dropout, IdDropout) and not dropout.keeps_symbols:
        # Its rate can be assigned at any time.
        return tf.cond(dropout.hiding_all(), at_once, stepwise)
    return stepwise()


def decoding_steps(decoder, z, condition, length):
    """What `decoding.search` needs of a decoder whose steps follow one another.

    All that no step changes is computed here, once: projections of the condition and of the
    vocabulary, keys of the attentions.

    Args:
        decoder: a `SequenceDecoder` with a recurrence that has a method `step`.
        z, condition: as for its call.
        length: most steps, end symbol included.

    Returns:
        `(step, rows, state)`: `step(t, ids, rows, state) -> (logits, state)` of ids `(batch,)`,
        and the nests of tensors `(batch, ...)` that it takes, of which `rows` stay as they are.
    """
    prepared = decoder.prepare(z, condition)
    rows, steps = {}, {}
    rows["states"], advance = _recurrence_steps(decoder, prepared)
    if decoder.condition_dim:
        attention = decoder.condition_attention
        rows["condition"], steps["condition"] = attention.prepare_steps(condition)
    if decoder.latent_attention is not None:
        attention = decoder.latent_attention
        rows["memory"], attend = attention.prepare_steps(prepared["memory"], length)

    def step(t, ids, rows, state):
        state = advance(decoder.seen(ids[:, None], training=False)[:, 0], rows["states"], state)
        joined = [ops.cast(_output(decoder.recurrence, state), decoder.compute_dtype)]
        if decoder.condition_dim:
            joined.append(steps["condition"](rows["condition"], joined[0]))
        if decoder.latent_attention is not None:
            joined.append(attend(t, rows["memory"], joined[0]))
        joined = ops.concatenate(joined, axis=-1)
        return decoder.output_layer(decoder.drop(joined, training=False)), state

    return step, rows, _initial_state(decoder.recurrence, prepared["given"], length)


def _initial_state(recurrence, given, length):
    """The state before the first step; a recurrence that keeps all steps is told how many."""
    takes = inspect.signature(recurrence.initial_state).parameters
    return recurrence.initial_state(given, **({"length": length} if "length" in takes else {}))


def _output(recurrence, state):
    """The output `(batch, units)` of a state, which may carry along more than that.

    It comes first in a state that is one tensor, unless the recurrence says otherwise.
    """
    if hasattr(recurrence, "state_output"):
        return recurrence.state_output(state)
    return state[:, : recurrence.units]


def _recurrence_steps(decoder, prepared):
    """`(rows, advance)` with `advance(ids, rows, state) -> state`."""
    recurrence, embedding = decoder.recurrence, decoder.embedding
    memory = (prepared["memory"],) if decoder.reads_memory else ()
    if hasattr(recurrence, "prepare_steps") and decoder.vocabulary_size <= _LARGEST_TABLE:
        table = embedding(tf.range(decoder.vocabulary_size))
        return recurrence.prepare_steps(prepared["given"], table, *memory)

    def advance(ids, rows, state):
        return recurrence.step(rows[0], embedding(ids), *rows[1:], state)

    return (prepared["given"], *memory), advance
