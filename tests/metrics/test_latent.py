import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from linear_gaussian import LinearGaussian, standard_error

from keras_vae_collapse.metrics import (
    distinct_outputs,
    importance_sample,
    importance_weighted_nll,
    latent_metrics,
    mutual_information,
    prior_gap,
    rate,
    z_gap,
)

tfd = tfp.distributions


def test_one_sample_estimates_the_negative_elbo(model):
    figures = latent_metrics(model.log_prob, model.encode_bluntly, model.x, num_samples=1)
    loc, scale = model.encode_bluntly(model.x)
    draws = [
        importance_sample(model.log_prob, loc, scale, model.x, 1, seed=seed) for seed in range(25)
    ]
    nll = np.mean([draw.nll for draw in draws], axis=0)
    elbo = rate(loc, scale) + np.mean([draw.distortion for draw in draws], axis=0)
    assert abs(np.mean(nll - elbo)) < 5 * standard_error(nll - elbo)
    assert figures["negative_elbo_nats"] == figures["rate_nats"] + figures["distortion_nats"]


def test_no_call_is_larger_than_a_chunk(model):
    sizes = []

    def log_prob(z, x):
        sizes.append(len(z))
        return model.log_prob(z, x)

    # 400 examples are seven chunks of 57 and one more.
    latent_metrics(log_prob, model.encode, model.x, num_samples=90, chunk_size=57)
    assert max(sizes) == 57


def test_chunks_do_not_change_the_gaps(model):
    loc, scale = model.encode(model.x)
    for gap in (z_gap, prior_gap):
        whole, parts = (
            gap(model.log_prob, loc, scale, model.x, chunk_size=size) for size in (4096, 7)
        )
        assert parts == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize(
    "prior",
    [
        tfd.Normal(np.float64(1.0), np.float64(2.0)),
        tfd.Normal(np.full(3, 1.0), np.full(3, 2.0)),
        tfd.MultivariateNormalDiag(np.full(3, 1.0), np.full(3, 2.0)),
    ],
    ids=["scalar", "batch", "event"],
)
def test_figures_do_not_depend_on_the_units_of_the_latent(model, prior):
    # With z = 1 + 2 u and u of the standard normal prior nothing is different.
    def encode(x):
        loc, scale = model.encode_bluntly(x)
        return 1 + 2 * loc, 2 * scale

    def log_prob(z, x):
        return model.log_prob((z - 1) / 2, x)

    found = latent_metrics(log_prob, encode, model.x, num_samples=8, prior=prior)
    expected = latent_metrics(model.log_prob, model.encode_bluntly, model.x, num_samples=8)
    for name in ("distortion_nats", "iw_nll_nats", "mutual_information_nats", "z_gap_nats"):
        assert found[name] == pytest.approx(expected[name], rel=1e-5), name
    # By Monte Carlo under this prior, in closed form under the standard normal.
    assert found["rate_nats"] == pytest.approx(expected["rate_nats"], rel=0.02)
    assert found["prior_gap_nats"] == pytest.approx(expected["prior_gap_nats"], rel=0.1)


def test_a_posterior_that_is_known_is_not_computed_again(model):
    loc, scale = model.encode(model.x)
    given = latent_metrics(model.log_prob, None, model.x, num_samples=2, posterior=(loc, scale))
    assert given == latent_metrics(model.log_prob, model.encode, model.x, num_samples=2)


def test_the_threshold_of_active_units_can_be_given(model):
    loc = np.random.default_rng(0).standard_normal((400, 3)) * np.sqrt([0.03, 0.3, 0.003])
    known = {"num_samples": 1, "posterior": (loc, np.ones_like(loc))}
    for options, count in (({}, 2), ({"active_threshold": 0.1}, 1)):
        figures = latent_metrics(model.log_prob, None, model.x, **known, **options)
        assert figures["active_units"] == count


def test_mutual_information_and_gaps_of_a_collapsed_model_are_zero(model):
    loc, scale = np.full((300, 4), 0.3), np.full((300, 4), 0.9)
    assert mutual_information(loc, scale) == pytest.approx(0.0, abs=1e-12)

    def ignores_z(z, x):
        return -(x[:, 0] ** 2)

    x = model.x[:300]
    assert z_gap(ignores_z, loc, scale, x) == 0.0
    assert prior_gap(ignores_z, loc, scale, x) == 0.0


def test_distinct_outputs():
    assert distinct_outputs(["evden", "evden", "koştu"]) == 2


def test_same_seed_same_figures_and_other_seed_others(model):
    first, same, other = (
        latent_metrics(model.log_prob, model.encode_bluntly, model.x, num_samples=4, seed=seed)
        for seed in (5, 5, 6)
    )
    assert first == same
    for name in ("iw_nll_nats", "mutual_information_nats", "z_gap_nats", "prior_gap_nats"):
        assert first[name] != other[name]


def test_dictionary_of_arrays_and_tensors_from_the_callables():

    model = LinearGaussian(norms=[1.0], size=20)
    figures = latent_metrics(
        lambda z, rows: tf.constant(model.log_prob(z, rows["x"]), tf.float32),
        lambda rows: [tf.constant(part, tf.float32) for part in model.encode(rows["x"])],
        {"x": model.x, "y": np.arange(20)},
        num_samples=3,
    )
    expected = latent_metrics(model.log_prob, model.encode, model.x, num_samples=3)
    assert figures["iw_nll_nats"] == pytest.approx(expected["iw_nll_nats"], abs=1e-5)


def test_bad_values_are_named(model):
    with pytest.raises(ValueError, match="num_samples.*at least 1"):
        importance_weighted_nll(model.log_prob, model.encode, model.x, num_samples=0)
    with pytest.raises(ValueError, match="chunk_size"):
        latent_metrics(model.log_prob, model.encode, model.x, chunk_size=0)
    with pytest.raises(ValueError, match="summed over positions"):
        latent_metrics(lambda z, x: x, model.encode, model.x, num_samples=2)
    with pytest.raises(ValueError, match="NaN"):
        latent_metrics(lambda z, x: x[:, 0] * np.nan, model.encode, model.x, num_samples=2)
    with pytest.raises(ValueError, match="pair .loc, scale.*without a latent"):
        latent_metrics(model.log_prob, lambda x: x, model.x)
    with pytest.raises(ValueError, match="positive, finite scales"):
        latent_metrics(model.log_prob, lambda x: (x, 0 * x), model.x)
    with pytest.raises(ValueError, match="leading axis"):
        latent_metrics(model.log_prob, model.encode, {"a": np.ones(3), "b": np.ones(2)})
    with pytest.raises(ValueError, match="at least two examples"):
        latent_metrics(model.log_prob, model.encode, model.x[:1], num_samples=2)
