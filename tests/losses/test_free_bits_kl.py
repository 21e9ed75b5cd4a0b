import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from rate_term_cases import kl_float64, normal, standard_normal

from keras_vae_collapse.losses import FreeBitsKL

LOC = np.random.default_rng(1).normal(size=(6, 4))
SCALE = np.random.default_rng(2).uniform(0.3, 1.5, size=(6, 4))
KL = kl_float64(LOC, SCALE)


def call(term, loc=LOC, scale=SCALE):
    return term(posterior=normal(loc, scale), prior=standard_normal(), training=True)


def gradient(term, loc=LOC):
    loc = tf.constant(loc, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(loc)
        q = normal(0.0, 1.0).copy(loc=loc, scale=tf.constant(SCALE, tf.float32))
        value = term(posterior=q, prior=standard_normal(), training=True)
    return tape.gradient(value, loc).numpy()


FLOOR = float(np.median(KL.mean(axis=0)))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, np.maximum(FLOOR, KL.mean(0)).sum()),
        ({"average": "example"}, np.maximum(FLOOR, KL).sum(-1).mean()),
        ({"over": 1}, np.maximum(FLOOR, KL.mean(0)).sum()),
        ({"over": 2}, np.maximum(FLOOR, KL.reshape(6, 2, 2).sum(-1).mean(0)).sum()),
        (
            {"over": 2, "average": "example"},
            np.maximum(FLOOR, KL.reshape(6, 2, 2).sum(-1)).sum(-1).mean(),
        ),
        ({"over": 4}, max(FLOOR, KL.sum(-1).mean())),
        ({"over": "total"}, max(FLOOR, KL.sum(-1).mean())),
        ({"over": "total", "average": "example"}, np.maximum(FLOOR, KL.sum(-1)).mean()),
        ({"over": "mean"}, 4 * max(FLOOR, KL.mean())),
        ({"over": "mean", "average": "example"}, 4 * np.maximum(FLOOR, KL.mean(-1)).mean()),
    ],
)
def test_matches_the_definition(options, expected):
    np.testing.assert_allclose(call(FreeBitsKL(FLOOR, **options)), expected, rtol=1e-5)


def test_a_dimension_below_the_floor_has_no_gradient_and_one_above_has_that_of_the_kl():
    above = KL.mean(axis=0) > FLOOR
    assert 0 < above.sum() < 4
    expected = np.where(above, LOC / len(LOC), 0.0)  # d KL / d loc = loc
    np.testing.assert_allclose(gradient(FreeBitsKL(FLOOR)), expected, rtol=1e-5)


def test_each_example_has_its_own_floor_per_example():
    expected = np.where(KL > FLOOR, LOC / len(LOC), 0.0)
    np.testing.assert_allclose(gradient(FreeBitsKL(FLOOR, average="example")), expected, rtol=1e-5)


def test_ha_bits_have_no_gradient_while_the_mean_over_dimensions_is_below_the_floor():
    below, above = FreeBitsKL(2 * KL.mean(), over="mean"), FreeBitsKL(KL.mean() / 2, over="mean")
    assert not gradient(below).any()
    np.testing.assert_allclose(gradient(above), LOC / len(LOC), rtol=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.0, 5.0, width=32), st.sampled_from(["batch", "example"]))
def test_ha_bits_equal_a_total_floor_of_latent_dim_times_as_many_nats(r, average):
    ha_bits = call(FreeBitsKL(r, over="mean", average=average))
    np.testing.assert_allclose(
        ha_bits, call(FreeBitsKL(4 * r, over="total", average=average)), rtol=1e-6
    )


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0.0, 5.0, width=32),
    st.sampled_from(["dimension", "total", 2]),
    st.sampled_from(["batch", "example"]),
)
def test_lies_between_the_larger_and_the_sum_of_rate_and_floors(r, over, average):
    groups = {"dimension": 4, "total": 1, 2: 2}[over]
    value, rate = float(call(FreeBitsKL(r, over, average))), KL.sum(-1).mean()
    assert max(rate, groups * r) <= value * (1 + 1e-5)
    assert value <= (rate + groups * r) * (1 + 1e-5)


def test_no_free_nats_is_the_plain_rate():
    np.testing.assert_allclose(call(FreeBitsKL(0.0)), KL.sum(-1).mean(), rtol=1e-5)


@pytest.mark.parametrize("average", ["batch", "example"])
def test_counts_the_groups_above_the_floor(average):
    term = FreeBitsKL(FLOOR, average=average)
    call(term)
    expected = (KL.mean(0) > FLOOR).sum() if average == "batch" else (KL > FLOOR).sum(-1).mean()
    np.testing.assert_allclose(term.trackers["active_groups"].result(), expected, rtol=1e-6)


def test_a_group_at_the_floor_itself_is_not_above_it():
    term = FreeBitsKL(0.5)  # the KL of N(1, 1)
    call(term, loc=np.array([[1.0, 2.0]]), scale=np.ones((1, 2)))
    assert term.trackers["active_groups"].result() == 1.0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("free_nats", {"free_nats": -0.1}),
        ("free_nats", {"free_nats": float("nan")}),
        ("free_nats", {"free_nats": "1"}),
        ("over", {"over": "dimensions"}),
        ("over", {"over": 0}),
        ("over", {"over": True}),
        ("over", {"over": 1.5}),
        ("over", {"over": None}),
        ("average", {"average": "token"}),
    ],
)
def test_bad_options_are_refused(name, options):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        FreeBitsKL(**{"free_nats": 1.0, **options})


def test_a_group_size_that_does_not_divide_the_dimensions_is_refused():
    with pytest.raises(ValueError, match="`over` must divide the number of latent dimensions, 4"):
        call(FreeBitsKL(1.0, over=3))
