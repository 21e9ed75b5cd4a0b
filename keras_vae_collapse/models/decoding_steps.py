"""What a `SequenceDecoder` computes for one symbol after the other."""

import inspect

import tensorflow as tf
from keras import ops

from keras_vae_collapse.layers.id_dropout import IdDropout
from keras_vae_collapse.layers.prepared_steps import PreparedSteps
from keras_vae_collapse.models.chunks import in_chunks
from keras_vae_collapse.models.decoding import (
    beam_search,
    never_emitted,
    search_positions,
    until_end,
)
from keras_vae_collapse.models.output_positions import LARGE_VOCABULARY, most_probable

# Of hypotheses that are searched side by side, 32 MB.
_BEAM_LOGITS = 2**23


def decode(decoder, z, condition, max_length, beam_width=1):
    """The most probable sequences of a `SequenceDecoder`, as those of `decoding.beam_search`.

    A decoder that sees no history computes all positions at once.
    """
    offsets = never_emitted(decoder.vocabulary_size)

    def at_once():
        return _historyless(decoder, z, condition, max_length + 1, beam_width, offsets)

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


def _historyless(decoder, z, condition, steps, beam_width, offsets):
    states = decoder.historyless_states(z, condition, steps)
    # In a graph the loop of a recurrence does not know how many steps it takes.
    states = tf.ensure_shape(states, [None, steps, states.shape[-1]])
    large = decoder.vocabulary_size > LARGE_VOCABULARY
    if large and isinstance(beam_width, int) and beam_width == 1:
        return until_end(*most_probable(decoder, states, offsets))

    def search(rows):
        return search_positions(decoder.output_layer(states[rows]), beam_width, offsets)

    if not large:
        return search(slice(None))
    size = tf.maximum(1, _BEAM_LOGITS // (decoder.vocabulary_size * steps * beam_width))
    width = beam_width if isinstance(beam_width, int) else None
    outputs = [(tf.int32, [width, steps]), (tf.float32, [width])]
    return in_chunks(search, tf.shape(states)[0], outputs, size)


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
    if decoder.latent_skip is not None:
        rows["skip"] = prepared["skip"]

    def step(t, ids, rows, state):
        state = advance(decoder.seen(ids[:, None], training=False)[:, 0], rows["states"], state)
        output = ops.cast(_output(decoder.recurrence, state), decoder.compute_dtype)
        if decoder.latent_skip is not None:
            output = decoder.latent_skip.join(output, rows["skip"])
        joined = [output]
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
    if isinstance(recurrence, PreparedSteps) and decoder.vocabulary_size > LARGE_VOCABULARY:
        rows, step = recurrence.prepare_steps(prepared["given"])
        return rows, lambda ids, rows, state: step(embedding(ids), rows, state)
    if hasattr(recurrence, "prepare_steps") and decoder.vocabulary_size <= LARGE_VOCABULARY:
        # All symbols of a small vocabulary are embedded and projected before the first step.
        table = embedding(tf.range(decoder.vocabulary_size))
        return recurrence.prepare_steps(prepared["given"], table, *memory)

    def advance(ids, rows, state):
        return recurrence.step(rows[0], embedding(ids), *rows[1:], state)

    return (prepared["given"], *memory), advance
