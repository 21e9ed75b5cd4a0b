"""Facts that hold of every recurrence, with and without slots and a condition."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_decoders import (
    ALIGNED,
    BOTH,
    CASES,
    CONDITION,
    EVERYTHING,
    FORWARD,
    GRU,
    KEPT,
    SIZE,
    TARGET,
    Z,
    copied,
    make,
    search,
)

from keras_vae_collapse.core.special_ids import EOS, PAD, SOS, UNK
from keras_vae_collapse.layers import (
    AuxiliaryStateCost,
    CharDropout,
    ContiguousDropout,
    HistorylessGRUDecoder,
)
from keras_vae_collapse.models import SequenceDecoder

OPTIONS = {
    "all of the history dropped": {"history_dropout": CharDropout(1.0, UNK, KEPT)},
    "even its start": {"history_dropout": CharDropout(1.0, UNK)},
    "all but a symbol": {"history_dropout": CharDropout(1.0, UNK, (*KEPT, 5, 6))},
    "a run from everywhere": {"history_dropout": ContiguousDropout(1.0, 20.0, UNK, KEPT)},
    "short runs from everywhere": {"history_dropout": ContiguousDropout(1.0, 2.0, UNK, KEPT)},
    "all states dropped": {"dropout": 1.0},
}
SEARCHED = [
    ("gru", {}),
    *((name, EVERYTHING) for name in CASES),
    *((name, OPTIONS["all of the history dropped"]) for name in CASES),
    *((name, options) for name in ("gru", "aligned") for options in list(OPTIONS.values())[1:]),
]


@pytest.mark.parametrize(("name", "options"), SEARCHED)
def test_scores_of_decoding_are_the_log_probabilities_of_teacher_forcing(name, options):
    recurrence, *sizes = CASES[name]
    decoder, condition = make(recurrence, *sizes, **copied(options))
    for width in (1, 3):
        ids, scores = search(decoder, condition, width)
        assert (np.diff(scores, axis=1) <= 1e-6).all()
        target = ids.numpy().reshape(len(Z) * width, -1)
        rows = [None if part is None else np.repeat(part, width, axis=0) for part in (Z, condition)]
        logits = decoder(*rows, target).numpy()
        # Decoding never emits padding, unknown or start.
        logits[..., :EOS] = -np.inf
        log_p = tf.nn.log_softmax(logits).numpy()
        # After the longest sequence comes the end, whatever its probability.
        chosen = np.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]
        total = np.where(target == PAD, 0.0, chosen).sum(axis=1)
        np.testing.assert_allclose(total, np.ravel(scores), rtol=1e-4)


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


class Recorder(keras.layers.Layer):
    """A dropout of embedded symbols that drops none and keeps what it was given."""

    def call(self, inputs, ids=None, training=None):
        self.given = (ids, training)
        return inputs


def test_the_dropout_of_embedded_symbols_is_given_their_ids_and_whether_to_drop():
    decoder, condition = make(GRU, embedding_dropout=Recorder())
    for training in (True, False):
        decoder(Z, condition, TARGET, training=training)
        ids, told = decoder.embedding_dropout.given
        assert told == training
        np.testing.assert_array_equal(
            ids, np.pad(TARGET[:, :-1], [[0, 0], [1, 0]], constant_values=SOS)
        )


def test_states_are_dropped_in_training_alone():
    decoder, condition = make(GRU, dropout=0.5)
    one, other, kept = (decoder(Z, condition, TARGET, training=t) for t in (True, True, False))
    assert np.abs(one - other).max() > 1e-3
    np.testing.assert_array_equal(kept, decoder(Z, condition, TARGET))


def test_padding_adds_no_auxiliary_cost():
    decoder, condition = make(GRU, auxiliary_state_cost=AuxiliaryStateCost(3, vocabulary_size=SIZE))
    costs = []
    for target in (TARGET, np.pad(TARGET, [[0, 0], [0, 4]])):
        decoder(Z, condition, target)
        costs.append([float(loss) for loss in decoder.losses])
    np.testing.assert_allclose(*costs, rtol=1e-5)
    assert len(costs[0]) == 2 and min(np.abs(costs[0])) > 0


def test_every_argument_is_in_the_configuration():
    decoder, _ = make(GRU, spacing=1.0, **copied(EVERYTHING))
    arguments = inspect.signature(SequenceDecoder.__init__).parameters.keys()
    assert arguments - {"self", "kwargs"} <= decoder.get_config().keys()


@pytest.mark.parametrize(
    ("name", "low"), [("vocabulary_size", 2), ("embedding_dim", 1), ("condition_dim", 0),
                      ("max_length", 1)],
)  # fmt: skip
def test_the_smallest_size_is_taken_and_the_next_refused(name, low):
    sizes = {"vocabulary_size": SIZE, "recurrence": GRU}
    assert getattr(SequenceDecoder(**{**sizes, name: low}), name) == low
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least {low}"):
        SequenceDecoder(**{**sizes, name: low - 1})


@pytest.mark.parametrize("rate", [-0.1, 1.5])
def test_a_rate_of_dropout_lies_between_0_and_1(rate):
    with pytest.raises(ValueError, match=f"`dropout` must .*Received: dropout={rate}"):
        SequenceDecoder(SIZE, GRU, dropout=rate)


def test_a_condition_without_active_entries_is_embedded_as_nothing():
    decoder, _ = make(GRU)
    (weight,) = decoder.condition_embedding.weights
    assert weight.shape == (CONDITION.shape[1], 4)
    np.testing.assert_array_equal(decoder.condition_embedding(CONDITION[1:2]), np.zeros((1, 4)))


def test_the_seed_decides_which_states_are_dropped():
    found = [
        make(GRU, dropout=0.5, seed=seed)[0](Z, CONDITION, TARGET, training=True)
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - found[2]).max() > 1e-3


def test_all_but_the_logits_are_computed_in_the_precision_of_the_decoder():
    decoder = SequenceDecoder(SIZE, GRU, condition_dim=4, dtype="mixed_bfloat16")
    parts = (decoder.condition_embedding, decoder.condition_attention, decoder.drop)
    assert {part.compute_dtype for part in (*parts, decoder.embedding)} == {"bfloat16"}
    assert decoder.output_layer.compute_dtype == "float32"


@pytest.mark.parametrize(
    "part",
    [
        "recurrence", "latent_attention", "history_dropout", "embedding_dropout",
        "auxiliary_state_cost", "latent_skip",
    ],
)  # fmt: skip
def test_a_part_that_is_no_layer_is_named(part):
    with pytest.raises(ValueError, match=f"`{part}` must be"):
        SequenceDecoder(**{"vocabulary_size": SIZE, "recurrence": GRU, part: 3})
    if part == "recurrence":
        with pytest.raises(ValueError, match="`recurrence` must be"):
            SequenceDecoder(SIZE, None)
