"""ContiguousDropout: the exact law of positions and of runs, masks, XLA, bad values."""

import itertools
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import ContiguousDropout
from keras_vae_collapse.layers.contiguous_dropout import UNIFORM_STEP, poisson_survival

PAD, UNK, SOS = 0, 1, 2


def survival(mean, count):
    """S(k) = P(L > k), k = 0 .. count - 1, from the distribution function."""
    pmf = [math.exp(-mean) * mean**k / math.factorial(k) for k in range(count)]
    return 1.0 - np.cumsum(pmf)


def hits(rate, mean_length, draws, length, seed=1):
    layer = ContiguousDropout(rate, mean_length, UNK, seed=seed)
    return layer(tf.fill([draws, length], 7), training=True).numpy() == UNK


@pytest.mark.parametrize(
    "rate, mean_length, length",
    [(0.2, 2.5, 12), (1.0, 0.5, 12), (0.05, 8.0, 12), (0.5, 0.1, 12), (0.02, 24.0, 60)],
)
def test_law_of_each_position(rate, mean_length, length):
    draws = 40_000
    expected = 1 - np.cumprod(1 - rate * survival(mean_length, length))
    error = np.sqrt(expected * (1 - expected) / draws)
    observed = hits(rate, mean_length, draws, length).mean(axis=0)
    assert np.all(np.abs(observed - expected) < 5 * error)


def joint_law(rate, mean_length, length):
    """Probability of every pattern of hits, by summing over all runs from each position."""
    s = np.concatenate([[1.0], survival(mean_length, length)])
    # The run from position i, m_i l_i cut at the end of the sequence.
    law = {}
    runs = []
    for i in range(length):
        longest = length - i
        p = [rate * (s[k] - s[k + 1]) for k in range(longest)] + [rate * s[longest]]
        p[0] += 1 - rate
        runs.append(p)
    for lengths in itertools.product(*(range(length - i + 1) for i in range(length))):
        probability = math.prod(runs[i][run] for i, run in enumerate(lengths))
        pattern = tuple(
            any(i <= j < i + run for i, run in enumerate(lengths)) for j in range(length)
        )
        law[pattern] = law.get(pattern, 0.0) + probability
    return law


def test_joint_law_of_all_patterns():
    rate, mean_length, length, draws = 0.3, 1.5, 4, 40_000
    law = joint_law(rate, mean_length, length)
    assert math.isclose(sum(law.values()), 1.0)
    patterns, counts = np.unique(
        hits(rate, mean_length, draws, length, seed=2), axis=0, return_counts=True
    )
    observed = dict(zip(map(tuple, patterns.tolist()), counts / draws, strict=True))
    for pattern, expected in law.items():
        error = np.sqrt(expected * (1 - expected) / draws)
        assert abs(observed.get(pattern, 0.0) - expected) <= 5 * error, pattern


@pytest.mark.parametrize(
    "rate, mean_length, draws, length", [(1e-3, 2.0, 2_000_000, 8), (1e-4, 20.0, 1_000_000, 32)]
)
def test_start_rate_and_lengths_of_isolated_runs(rate, mean_length, draws, length):
    # A run that begins at the first position is seen alone or continued by another one; at so
    # low a rate the latter is rarer than the tolerance.
    hit = hits(rate, mean_length, draws, length, seed=3)
    s = survival(mean_length, length)
    started = hit[:, 0]
    error = np.sqrt(rate * s[0] / draws)
    assert abs(started.mean() - rate * s[0]) < 5 * error
    runs = np.cumprod(hit[started], axis=1).sum(axis=1)
    for k in range(1, length):
        expected = s[k] / s[0]  # P(L > k | L > 0)
        error = np.sqrt(expected * (1 - expected) / len(runs))
        assert abs((runs > k).mean() - expected) < 5 * error + length * rate


def test_table_has_the_survival_function_of_poisson():
    for mean in (0.01, 0.5, 2.5, 8.0):
        np.testing.assert_allclose(poisson_survival(mean)[:30], survival(mean, 30), atol=1e-15)
    assert poisson_survival(0.0).max() == 0.0
    # Nothing that the layer could draw is cut off, up to the longest runs there are.
    assert 0.5 * UNIFORM_STEP > poisson_survival(1000.0)[-1] >= 0.0


def test_rounding_of_the_table_stays_below_the_stated_bound():
    for rate, mean_length in [(1.0, 10.0), (0.2, 2.5), (0.9, 1.0)]:
        rounded = np.array(ContiguousDropout(rate, mean_length, UNK)._thresholds()[::-1])
        exact = rate * poisson_survival(mean_length)
        assert np.abs(rounded - exact).max() <= 2.0**-25
        assert np.abs(rounded - exact).sum() < 2e-6


def test_runs_of_more_than_sixteen_symbols_are_whole():
    # At this rate a hit at the first position is a run from there, of 40 symbols (sd 6.3), and
    # another begins in the next 20 in 2% of the sequences.
    hit = hits(1e-3, 40.0, 200_000, 20)
    assert hit[:, 0].sum() > 100 and hit[hit[:, 0]].all(axis=1).mean() > 0.99


@pytest.mark.parametrize("mean_length", [300.0, 1000.0])
def test_runs_of_any_length_stop_at_the_end_of_the_sequence(mean_length):
    hit = hits(0.2, mean_length, 100, 9)
    assert np.all(np.diff(hit.astype(int), axis=1) >= 0)  # once begun, to the end
    assert hit.any() and not hit.all()


def test_kept_ids_are_never_replaced():
    ids = np.array([[SOS, 7, 8, 3, PAD]] * 50)
    out = ContiguousDropout(1.0, 5.0, UNK, keep_ids=(PAD, SOS), seed=1)(ids, training=True).numpy()
    assert np.all(out[:, 0] == SOS) and np.all(out[:, 4] == PAD)
    assert np.mean(out[:, 1:4] == UNK) > 0.9


def test_masked_positions_neither_begin_a_run_nor_are_replaced():
    ids = tf.fill([2000, 3], 7)
    mask = tf.tile([[False, True, True]], [2000, 1])
    layer = ContiguousDropout(0.3, 1.0, UNK, seed=1)
    hit = layer(ids, mask=mask, training=True).numpy() == UNK
    assert not hit[:, 0].any()
    # Position 1 is the first that can be hit: rate S(0), as if position 0 were not there.
    expected = 0.3 * survival(1.0, 1)[0]
    assert abs(hit[:, 1].mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / 2000)


@pytest.mark.parametrize(
    "rate, mean_length, training", [(0.0, 2.0, True), (1.0, 0.0, True), (1.0, 2.0, False)]
)
def test_is_identity_without_runs_and_at_inference(rate, mean_length, training):
    ids = np.full((4, 6), 7)
    layer = ContiguousDropout(rate, mean_length, UNK)
    np.testing.assert_array_equal(layer(ids, training=training), ids)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_graph_and_xla_draw_what_eager_draws(dtype):
    ids = tf.fill([16, 20], tf.constant(7, dtype))
    eager, graph, xla = (ContiguousDropout(0.2, 2.5, UNK, seed=3) for _ in range(3))
    signature = [tf.TensorSpec([None, None], dtype)]
    in_graph = tf.function(lambda x: graph(x, training=True), input_signature=signature)
    in_xla = tf.function(lambda x: xla(x, training=True), jit_compile=True)
    for _ in range(2):
        expected = eager(ids, training=True)
        assert expected.dtype == dtype
        np.testing.assert_array_equal(in_graph(ids), expected)
        np.testing.assert_array_equal(in_xla(ids), expected)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"rate": 1.1}, r"`rate` must be .* in \[0, 1\]"),
        ({"mean_length": -1.0}, r"`mean_length` must be .* in \[0, 1000\]"),
        ({"mean_length": float("inf")}, "mean_length=inf"),
        ({"mean_length": 2000}, "mean_length=2000"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        ContiguousDropout(**{"rate": 0.5, "mean_length": 2.0, "unk_id": UNK, **change})
