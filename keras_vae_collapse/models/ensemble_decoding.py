"""Decoding of several models together: the product of what they say of each symbol."""

import tensorflow as tf

from keras_vae_collapse.models.decoding import beam_search, never_emitted
from keras_vae_collapse.models.decoding_steps import decoding_steps


def decode_together(members, max_length, beam_width=1):
    """The most probable sequences of several `SequenceDecoder`s, each with its own `z`.

    With `p_m` the distribution of member `m`, at each step

    ```
    p(x_t = k) = prod_m p_m(x_t = k)^(1/M) / Z
    ```

    the geometric mean of the members, normalised over the symbols. Up to `Z`, which is the same
    for all `k`, its logarithm is the mean of the members' logits, and that is what is computed:
    an ensemble of equal models gives the answers of the model, to the last bit.

    Args:
        members: a list of `(decoder, z, condition, symbols)`: a `SequenceDecoder`, its latent
            vectors `(batch, latent_dim)`, its condition `(batch, M)` or `None`, and the ids that
            the symbols of the ensemble have in it, a list of ints; or `None` where they are the
            same.
        max_length: most symbols of a sequence, end symbol not counted.
        beam_width: hypotheses kept, at least 1; 1 is greedy search.

    Returns:
        `(ids, log_probability)` as `decoding.beam_search`, ids of the ensemble.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GRUDecoder
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.models.ensemble_decoding import decode_together

    z, ids = np.zeros((2, 3), "float32"), np.array([[4, 3]])
    decoders = [SequenceDecoder(vocabulary_size=9, recurrence=GRUDecoder(8)) for _ in range(2)]
    for decoder in decoders:
        decoder(z[:1], None, ids)  # makes the weights
    forms, log_p = decode_together([(decoder, z, None, None) for decoder in decoders], 5)
    assert forms.shape == (2, 1, 6) and log_p.shape == (2, 1)
    ```
    """
    parts = [_steps(*member, max_length + 1) for member in members]
    steps, prepared, states = zip(*parts, strict=True)

    def step(t, ids, prepared, states):
        found = [
            advance(t, ids, rows, state)
            for advance, rows, state in zip(steps, prepared, states, strict=True)
        ]
        logits, states = zip(*found, strict=True)
        return tf.add_n(logits) / len(logits), states

    decoder, z, _, symbols = members[0]
    size = decoder.vocabulary_size if symbols is None else len(symbols)
    return beam_search(
        step, prepared, states, tf.shape(z)[0], max_length, beam_width, never_emitted(size)
    )


def _steps(decoder, z, condition, symbols, length):
    """`(step, prepared, state)` of a member, in the symbols of the ensemble."""
    if decoder.autoregressive:
        step, prepared, state = decoding_steps(decoder, z, condition, length)
    else:
        prepared = tf.ensure_shape(
            decoder.historyless_logits(z, condition, length),
            [None, length, decoder.vocabulary_size],
        )
        state = tf.zeros([tf.shape(z)[0], 0])

        def step(t, ids, prepared, state):
            return prepared[:, t], state

    def translated(t, ids, prepared, state):
        own = ids if symbols is None else tf.gather(tf.constant(symbols, tf.int32), ids)
        logits, state = step(t, own, prepared, state)
        logits = tf.cast(logits, tf.float32)
        return logits if symbols is None else tf.gather(logits, symbols, axis=-1), state

    return translated, prepared, state
