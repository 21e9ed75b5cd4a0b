"""Of a large vocabulary the same figures and sequences, from few logits at a time."""

import numpy as np
import pytest
import tensorflow as tf
from small_decoders import SIZE, TARGET, Z, make, search

from keras_vae_collapse.core.special_ids import UNK
from keras_vae_collapse.layers import CharDropout, EmbeddingDropout
from keras_vae_collapse.layers.transformer_stack import TransformerStack
from keras_vae_collapse.models import decoding_steps, output_positions
from keras_vae_collapse.models.output_positions import log_likelihood

AUTOREGRESSIVE = {"class": "GRUDecoder", "units": 6}
HISTORYLESS = {"class": "HistorylessGRUDecoder", "units": 6, "bidirectional": True}


@pytest.fixture
def large(monkeypatch):
    """Makes the vocabulary of these tests a large one, two positions at a time."""

    def patch():
        monkeypatch.setattr(output_positions, "LARGE_VOCABULARY", SIZE - 1)
        monkeypatch.setattr(decoding_steps, "LARGE_VOCABULARY", SIZE - 1)
        monkeypatch.setattr(output_positions, "_LOGITS", 2 * SIZE + 1)
        monkeypatch.setattr(decoding_steps, "_BEAM_LOGITS", 1)

    return patch


@pytest.mark.parametrize("recurrence", [AUTOREGRESSIVE, HISTORYLESS])
@pytest.mark.parametrize("with_condition", [True, False])
def test_the_log_likelihood_is_that_of_all_logits(recurrence, with_condition, large):
    decoder, condition = make(recurrence, 1.0 if with_condition else None, with_condition)
    expected = log_likelihood(decoder, Z, condition, TARGET).numpy()
    large()
    for function in (log_likelihood, tf.function(log_likelihood)):
        found = function(decoder, Z, condition, tf.constant(TARGET)).numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    wide = np.pad(TARGET, [[0, 0], [0, 3]])
    if recurrence is AUTOREGRESSIVE:
        found = log_likelihood(decoder, Z, condition, tf.constant(wide)).numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("recurrence", [AUTOREGRESSIVE, HISTORYLESS])
def test_nothing_is_dropped_from_what_is_scored_or_decoded(recurrence, large):
    drops = {"history_dropout": CharDropout(0.9, UNK), "embedding_dropout": EmbeddingDropout(0.9)}
    decoder, condition = make(recurrence, dropout=0.9, **drops)
    found = []
    for whole in (True, False):
        if not whole:
            large()
        words = search(decoder, condition, 2)
        found.append([log_likelihood(decoder, Z, condition, TARGET), *words])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_few_logits_are_there_at_once_and_none_of_padding(large, monkeypatch):
    decoder, condition = make(AUTOREGRESSIVE)
    large()
    rows, layer = [], decoder.output_layer  # the rows of each call

    def counted(states):
        rows.append(len(states))
        return layer(states)

    monkeypatch.setattr(output_positions, "in_chunks", _eager_chunks)
    monkeypatch.setattr(type(decoder), "output_layer", property(lambda _: counted), raising=False)
    log_likelihood(decoder, Z, condition, tf.constant(TARGET))
    assert max(rows) == 2 and sum(rows) == np.count_nonzero(TARGET) < TARGET.size


def _eager_chunks(function, total, outputs, size):
    parts = [
        function(slice(start, min(start + size, int(total))))
        for start in range(0, int(total), size)
    ]
    return tuple(tf.concat(columns, axis=0) for columns in zip(*parts, strict=True))


def test_its_gradient_is_that_of_all_logits(large):
    decoder, condition = make(AUTOREGRESSIVE)

    @tf.function
    def gradient(z):
        with tf.GradientTape() as tape:
            tape.watch(z)
            total = tf.reduce_sum(log_likelihood(decoder, z, condition, tf.constant(TARGET)))
        return tape.gradient(total, z)

    z = tf.constant(Z)
    expected = gradient(z).numpy()
    large()
    np.testing.assert_allclose(tf.function(gradient.python_function)(z), expected, rtol=1e-5)


@pytest.mark.parametrize("width", [1, 3, "tensor"])
def test_a_historyless_decoder_writes_the_same(width, large):
    decoder, condition = make(HISTORYLESS)
    width = tf.constant(2) if width == "tensor" else width
    expected = tf.function(search)(decoder, condition, width)
    large()
    found = tf.function(search)(decoder, condition, width)
    np.testing.assert_array_equal(found[0], expected[0])
    # At each position a logit and a logarithm of order 1 are rounded, however near 0 their sum is.
    rounding = 2 * np.finfo("float32").eps * found[0].shape[-1]
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-6, atol=rounding)


@pytest.mark.parametrize("slots", [None, 1.0])
def test_a_decoder_whose_symbols_are_not_projected_beforehand_writes_the_same(slots, large):
    aligned = {"class": "AlignedGRUDecoder", "units": 6, "slots": 3}
    decoder, condition = make(AUTOREGRESSIVE if slots is None else aligned, slots)
    expected = tf.function(search)(decoder, condition, 2)
    large()
    found = tf.function(search)(decoder, condition, 2)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-5)


def test_the_memory_of_a_transformer_is_projected_once(large, monkeypatch):
    recurrence = {"class": "TransformerDecoder", "units": 6, "heads": 2, "z_input": "memory"}
    decoder, condition = make(recurrence)
    large()
    times, memory_caches = [], TransformerStack.memory_caches

    def counted(stack, memory):
        times.append(1)
        return memory_caches(stack, memory)

    monkeypatch.setattr(TransformerStack, "memory_caches", counted)
    step, rows, state = decoding_steps.decoding_steps(decoder, Z, condition, 4)
    for t in range(3):
        _, state = step(t, tf.fill([len(Z)], 4), rows, state)
    assert len(times) == 1
