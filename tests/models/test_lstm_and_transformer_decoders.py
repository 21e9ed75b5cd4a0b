"""LSTMs and Transformers as the recurrence of a `SequenceDecoder`, and in recipes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_decoders import CONDITION, EVERYTHING, SIZE, TARGET, Z, copied, make, search

from keras_vae_collapse.core.special_ids import EOS, PAD
from keras_vae_collapse.models import SequenceDecoder, decoding_steps

LSTM = {"class": "LSTMDecoder", "units": 6}
TRANSFORMER = {"class": "TransformerDecoder", "units": 6, "heads": 2}
LEARNED = {**TRANSFORMER, "positions": "learned", "max_length": 6, "dropout": 0.5}
RECURRENCES = {
    "lstm": LSTM,
    "prefix": TRANSFORMER,
    "prefix, learned": LEARNED,
    "embedding": {**TRANSFORMER, "z_input": "embedding"},
    "embedding, learned": {**LEARNED, "z_input": "embedding"},
    "memory": {**TRANSFORMER, "z_input": "memory"},
    "memory, learned": {**LEARNED, "z_input": "memory"},
}
recurrences = pytest.mark.parametrize("name", RECURRENCES)


# (recurrence, options, whether the symbols of the vocabulary are prepared before the first step)
SEARCHED = [
    ("lstm", {}, False),
    ("lstm", EVERYTHING, True),
    *((name, {}, False) for name in ("prefix", "embedding", "memory")),
    *((f"{name}, learned", EVERYTHING, True) for name in ("prefix", "embedding", "memory")),
]


@pytest.mark.parametrize(("name", "options", "prepared"), SEARCHED)
def test_scores_of_decoding_are_the_log_probabilities_of_teacher_forcing(
    name, options, prepared, monkeypatch
):
    monkeypatch.setattr(decoding_steps, "LARGE_VOCABULARY", SIZE if prepared else 0)
    spacing = 1.0 if options else None
    decoder, condition = make(RECURRENCES[name], spacing, bool(options), **copied(options))
    for width in (1, 3):
        ids, scores = tf.function(search)(decoder, condition, width)
        target = ids.numpy().reshape(len(Z) * width, -1)
        rows = [None if part is None else np.repeat(part, width, axis=0) for part in (Z, condition)]
        logits = decoder(*rows, target).numpy()
        # Decoding never emits padding, unknown or start.
        logits[..., :EOS] = -np.inf
        log_p = tf.nn.log_softmax(logits).numpy()
        chosen = np.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]
        total = np.where(target == PAD, 0.0, chosen).sum(axis=1)
        np.testing.assert_allclose(total, np.ravel(scores), rtol=1e-4, atol=1e-6)


@recurrences
def test_it_sees_the_symbols_before_a_position_and_no_other(name):
    decoder, condition = make(RECURRENCES[name])
    assert not decoder.hides_history
    changed = TARGET.copy()
    changed[0, 2] = 8
    found, other = (decoder(Z, condition, target).numpy() for target in (TARGET, changed))
    np.testing.assert_allclose(found[0, :3], other[0, :3], rtol=1e-6)
    assert np.abs(found[0, 3] - other[0, 3]).max() > 1e-3


@recurrences
def test_logits_do_not_depend_on_the_padding(name):
    decoder, condition = make(RECURRENCES[name])
    wide = np.pad(TARGET, [[0, 0], [0, 1]])
    found, padded = decoder(Z, condition, TARGET), decoder(Z, condition, wide)
    np.testing.assert_allclose(padded[:, : TARGET.shape[1]], found, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_float16", "float64"])
@recurrences
def test_it_decodes_in_a_graph_of_any_batch_in_every_precision(name, policy):
    keras.config.set_dtype_policy(policy)
    try:
        decoder = SequenceDecoder(SIZE, RECURRENCES[name], embedding_dim=4, condition_dim=4)
        decoder(Z, CONDITION, TARGET)
    finally:
        keras.config.set_dtype_policy("float32")

    @tf.function(input_signature=[tf.TensorSpec([None, part.shape[1]]) for part in (Z, CONDITION)])
    def decode(z, condition):
        return decoding_steps.decode(decoder, z, condition, 5, 2)

    for count in (3, 1, 0):
        ids, scores = decode(Z[:count], CONDITION[:count])
        assert ids.shape == (count, 2, 6) and scores.shape == (count, 2)
        assert np.isfinite(scores).all()


@recurrences
def test_the_configuration_comes_back(name):
    decoder, condition = make(RECURRENCES[name])
    again = SequenceDecoder.from_config(decoder.get_config())
    again(Z, condition, TARGET)
    again.set_weights(decoder.get_weights())
    np.testing.assert_array_equal(again(Z, condition, TARGET), decoder(Z, condition, TARGET))
    assert again.get_config() == decoder.get_config()
