"""Facts that hold of every recurrence, with and without slots and a condition."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS, UNK
from keras_vae_collapse.layers import CharDropout, HistorylessGRUDecoder, LatentAttention
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.models.decoding import beam_search, never_emitted

SIZE, LENGTH = 9, 5
Z = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
CONDITION = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0]], "float32")
TARGET = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0], [5, 5, 3, 0, 0]])
GRU = {"class": "GRUDecoder", "units": 6}
ALIGNED = {"class": "AlignedGRUDecoder", "units": 6, "slots": 3}
FORWARD = {"class": "HistorylessGRUDecoder", "units": 6}
BOTH = {**FORWARD, "bidirectional": True}
# (recurrence, spacing of three slots or None for no slots, whether there is a condition)
CASES = {
    "gru": (GRU, None, True),
    "gru, no condition": (GRU, None, False),
    "gru, slots": (GRU, 1.0, True),
    "aligned": (ALIGNED, 1.5, True),
    "aligned, no condition": (ALIGNED, 0.0, False),
    "forward": (FORWARD, None, True),
    "forward, slots, no condition": (FORWARD, 1.0, False),
    "both": (BOTH, None, False),
    "both, slots": (BOTH, 1.5, True),
}


def make(recurrence, spacing=None, condition=True, **options):
    """A decoder far from its start, where all outputs would be the same; and its condition."""
    keras.utils.set_random_seed(1)
    attention = None if spacing is None else LatentAttention(3, 4, spacing=spacing)
    decoder = SequenceDecoder(
        SIZE,
        recurrence,
        embedding_dim=4,
        condition_dim=4 if condition else 0,
        latent_attention=attention,
        max_length=LENGTH + 1,
        **options,
    )
    condition = CONDITION if condition else None
    decoder(Z, condition, TARGET)
    for weight in decoder.trainable_weights:
        weight.assign(2.0 * weight)
    return decoder, condition


def search(decoder, condition, width):
    prepared, state = decoder.start(Z, condition, LENGTH + 1)
    offsets = never_emitted(SIZE)
    return beam_search(decoder.step, prepared, state, len(Z), LENGTH, width, offsets)


@pytest.mark.parametrize("hidden", [False, True], ids=["history", "history hidden"])
@pytest.mark.parametrize("name", CASES)
def test_beam_scores_are_the_log_probabilities_of_teacher_forcing(name, hidden):
    recurrence, *options = CASES[name]
    dropout = CharDropout(1.0, UNK, (PAD, SOS)) if hidden else None
    decoder, condition = make(recurrence, *options, history_dropout=dropout)
    ids, scores = search(decoder, condition, width=3)
    assert (np.diff(scores, axis=1) <= 1e-6).all()
    for beam in range(3):
        target = ids[:, beam].numpy()
        logits = decoder(Z, condition, target).numpy()
        # Decoding never emits padding, unknown or start.
        logits[..., :EOS] = -np.inf
        log_p = tf.nn.log_softmax(logits).numpy()
        # After the longest sequence comes the end, whatever its probability.
        chosen = np.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]
        total = np.where(target == PAD, 0.0, chosen).sum(axis=1)
        np.testing.assert_allclose(total, scores[:, beam], rtol=1e-4)


@pytest.mark.parametrize(("recurrence", "rate"), [(GRU, 1.0), (FORWARD, 0.0), (BOTH, 0.0)])
def test_a_decoder_without_history_never_sees_it(recurrence, rate):
    dropout = CharDropout(rate, UNK, (PAD, SOS))
    decoder, condition = make(recurrence, history_dropout=dropout)
    assert decoder.hides_history
    other = np.where(TARGET == PAD, PAD, 5)
    for training in (False, True):
        found, changed = (decoder(Z, condition, t, training=training) for t in (TARGET, other))
        np.testing.assert_allclose(found, changed, rtol=1e-6)


@pytest.mark.parametrize("recurrence", [GRU, ALIGNED], ids=["gru", "aligned"])
def test_an_autoregressive_decoder_sees_the_symbols_before_a_position_and_no_other(recurrence):
    decoder, condition = make(recurrence, spacing=1.0)
    assert not decoder.hides_history
    changed = TARGET.copy()
    changed[0, 2] = 8
    found, other = (decoder(Z, condition, target).numpy() for target in (TARGET, changed))
    np.testing.assert_array_equal(found[0, :3], other[0, :3])
    assert np.abs(found[0, 3] - other[0, 3]).max() > 1e-3


@pytest.mark.parametrize("name", CASES)
def test_logits_do_not_depend_on_the_padding(name):
    decoder, condition = make(*CASES[name])
    wide = np.pad(TARGET, [[0, 0], [0, 1]])
    found, padded = decoder(Z, condition, TARGET), decoder(Z, condition, wide)
    np.testing.assert_allclose(padded[:, : TARGET.shape[1]], found, rtol=1e-5, atol=1e-6)


def test_a_recurrence_may_be_a_layer_or_its_configuration():
    one, _ = make(BOTH)
    two, _ = make(HistorylessGRUDecoder(6, bidirectional=True))
    two.set_weights(one.get_weights())
    np.testing.assert_array_equal(one(Z, CONDITION, TARGET), two(Z, CONDITION, TARGET))


def test_a_recurrence_of_slots_needs_slots():
    with pytest.raises(ValueError, match="AlignedGRUDecoder reads slots of z"):
        make(ALIGNED)
