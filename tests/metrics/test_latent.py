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

    latent_metrics(log_prob, model.encode, model.x, num_samples=90, chunk_size=50)
    assert max(sizes) == 50


def test_tfp_prior_gives_what_the_standard_normal_gives(model):
    prior = tfd.MultivariateNormalDiag(loc=np.zeros(3))
    batch_prior = tfd.Normal(np.zeros(3), np.ones(3))
    expected = latent_metrics(model.log_prob, model.encode, model.x, num_samples=8)
    for other in (prior, batch_prior):
        figures = latent_metrics(model.log_prob, model.encode, model.x, num_samples=8, prior=other)
        assert figures["iw_nll_nats"] == pytest.approx(expected["iw_nll_nats"], abs=1e-6)
        assert figures["prior_gap_nats"] == pytest.approx(expected["prior_gap_nats"], rel=0.1)


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
