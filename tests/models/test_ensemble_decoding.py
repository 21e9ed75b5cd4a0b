"""Several decoders that choose each symbol together, against NumPy by enumeration."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.core.special_ids import EOS, PAD
from keras_vae_collapse.layers import CharDropout, GRUDecoder, HistorylessGRUDecoder, LSTMDecoder
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.models.decoding_steps import decode
from keras_vae_collapse.models.ensemble_decoding import decode_together

VOCABULARY, LONGEST, BATCH = 7, 3, 2


def decoder(recurrence, seed, vocabulary=VOCABULARY, **options):
    """A built decoder with weights far from the start, so that outputs differ."""
    made = SequenceDecoder(
        vocabulary, recurrence, embedding_dim=3, condition_dim=4, max_length=LONGEST + 1, **options
    )
    rng = np.random.default_rng(seed)
    z, condition = z_and_condition(seed)
    made(z, condition, np.full((BATCH, 2), EOS))
    for weight in made.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    return made, z, condition


def z_and_condition(seed):
    rng = np.random.default_rng(100 + seed)
    return (
        tf.constant(rng.normal(size=(BATCH, 3)), tf.float32),
        tf.constant(rng.integers(2, size=(BATCH, 5)), tf.float32),
    )


def members(*recurrences, **options):
    return [(*decoder(r, seed, **options), None) for seed, r in enumerate(recurrences)]


def sequences():
    symbols = range(EOS + 1, VOCABULARY)
    return [s for n in range(LONGEST + 1) for s in itertools.product(symbols, repeat=n)]


def log_probabilities(member_list, row, found):
    """`log p` of sequences by the members' teacher-forced logits, in float64."""
    target = np.full((len(found), LONGEST + 1), PAD)
    for ids, sequence in zip(target, found, strict=True):
        ids[: len(sequence) + 1] = [*sequence, EOS]
    mean = np.zeros((*target.shape, VOCABULARY))
    for made, z, condition, symbols in member_list:
        own = target if symbols is None else np.asarray(symbols)[target]
        given = (tf.repeat(part[row : row + 1], len(found), axis=0) for part in (z, condition))
        logits = made(*given, own).numpy().astype("float64")
        logits = logits if symbols is None else logits[..., symbols]
        mean += (logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)) / len(member_list)
    mean[..., :EOS] = -np.inf  # padding, unknown and start are never written
    mean -= np.logaddexp.reduce(mean, axis=-1, keepdims=True)
    log_p = np.take_along_axis(mean, target[..., None], axis=-1)[..., 0]
    return np.where(target == PAD, 0.0, log_p).sum(axis=1)


def words(ids):
    return tuple(int(i) for i in ids if i not in (PAD, EOS))


KINDS = {
    "alike": (GRUDecoder(4), GRUDecoder(4)),
    "three kinds": (GRUDecoder(4), LSTMDecoder(5), HistorylessGRUDecoder(4)),
    "historyless": (HistorylessGRUDecoder(4), HistorylessGRUDecoder(3)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_beam_as_wide_as_the_space_finds_all_sequences_by_the_product_of_the_members(kind):
    together = members(*KINDS[kind])
    ids, scores = decode_together(together, LONGEST, len(sequences()))
    for row in range(BATCH):
        truth = dict(zip(sequences(), log_probabilities(together, row, sequences()), strict=True))
        found = {words(i): p for i, p in zip(ids.numpy()[row], scores.numpy()[row], strict=True)}
        assert found.keys() == truth.keys()
        for sequence, log_p in truth.items():
            np.testing.assert_allclose(found[sequence], log_p, rtol=1e-4)


def mean_logits(member_list, row, sequence):
    """The mean of the members' logits for the symbol that follows a sequence."""
    target = np.array([[*sequence, EOS]])
    logits = [made(z[row : row + 1], y[row : row + 1], target) for made, z, y, _ in member_list]
    return np.mean([part.numpy()[0, -1] for part in logits], axis=0)


def test_greedy_search_takes_the_symbol_whose_product_is_largest():
    together = members(GRUDecoder(4), LSTMDecoder(4))
    ids, scores = decode_together(together, LONGEST)
    for row in range(BATCH):
        sequence = ()
        while len(sequence) < LONGEST:
            symbol = EOS + int(mean_logits(together, row, sequence)[EOS:].argmax())
            if symbol == EOS:
                break
            sequence += (symbol,)
        assert words(ids.numpy()[row, 0]) == sequence
        expected = log_probabilities(together, row, [sequence])
        np.testing.assert_allclose(scores.numpy()[row], expected, rtol=1e-4)


@pytest.mark.parametrize("beam_width", [1, 4])
@pytest.mark.parametrize("recurrence", [GRUDecoder, HistorylessGRUDecoder])
def test_twice_the_same_model_answers_as_the_model(recurrence, beam_width):
    made, z, condition = decoder(recurrence(4), seed=3)
    ids, scores = decode(made, z, condition, LONGEST, beam_width)
    twice, twice_scores = decode_together([(made, z, condition, None)] * 2, LONGEST, beam_width)
    np.testing.assert_array_equal(ids, twice)
    np.testing.assert_allclose(scores, twice_scores, rtol=1e-6)


def test_a_member_that_hides_its_history_does_so_in_an_ensemble():
    made, z, condition = decoder(
        GRUDecoder(4), seed=1, history_dropout=CharDropout(1.0, unk_id=1, keep_ids=(0, 2))
    )
    ids, scores = decode(made, z, condition, LONGEST)
    twice, twice_scores = decode_together([(made, z, condition, None)] * 2, LONGEST)
    np.testing.assert_array_equal(ids, twice)
    np.testing.assert_allclose(scores, twice_scores, rtol=1e-5)


def test_symbols_of_a_member_have_the_ids_of_the_ensemble():
    (first, z, condition), other = decoder(GRUDecoder(4), 0), decoder(GRUDecoder(4), 1, 9)
    symbols = [0, 1, 2, 3, 8, 4, 6]  # symbol 4 of the ensemble is symbol 8 of the second member
    together = [(first, z, condition, None), (*other, symbols)]
    ids, scores = decode_together(together, LONGEST, len(sequences()))
    found = {words(i): p for i, p in zip(ids.numpy()[1], scores.numpy()[1], strict=True)}
    expected = log_probabilities(together, 1, sequences())
    np.testing.assert_allclose([found[s] for s in sequences()], expected, rtol=1e-4)
