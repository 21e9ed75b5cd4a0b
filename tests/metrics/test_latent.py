import importlib

import numpy as np
import pytest
import tensorflow_probability as tfp
from linear_gaussian import LinearGaussian

from keras_vae_collapse.metrics import (
    active_units,
    distinct_outputs,
    distortion,
    importance_sample,
    importance_weighted_nll,
    kl_per_dimension,
    latent_metrics,
    mutual_information,
    posterior_mean_variance,
    prior_gap,
    rate,
    z_gap,
)
from keras_vae_collapse.metrics.gaps import derangement

tfd = tfp.distributions


@pytest.fixture(scope="module")
def model():
    return LinearGaussian(norms=[2.0, 1.0, 0.05])


def blunt(model):
    """An encoder that is not the exact posterior, so that the bound is not tight."""

    def encode(x):
        loc, scale = model.encode(x)
        return loc + 0.1, 1.3 * scale

    return encode


def standard_error(values):
    return np.std(values, ddof=1) / np.sqrt(len(values))


def test_exact_posterior_gives_the_exact_likelihood_from_one_sample(model):
    nll = importance_weighted_nll(model.log_prob, model.encode, model.x, num_samples=1)
    # z reaches the decoder in float32, hence not to the last digit of float64.
    assert nll == pytest.approx(model.nll().mean(), abs=1e-4)


def test_importance_weighting_of_a_blunt_posterior_converges_to_the_likelihood(model):
    loc, scale = blunt(model)(model.x)
    few = importance_sample(model.log_prob, loc, scale, model.x, num_samples=1)
    many = importance_sample(model.log_prob, loc, scale, model.x, num_samples=2000)
    error = many.nll - model.nll()
    # The bias is at most Var(w) / 2K, here under 1e-3; the rest is Monte-Carlo error.
    assert abs(error.mean()) < 5 * standard_error(error) + 1e-3
    assert few.nll.mean() > many.nll.mean() + 0.05


def test_one_sample_estimates_the_negative_elbo(model):
    figures = latent_metrics(model.log_prob, blunt(model), model.x, num_samples=1)
    loc, scale = blunt(model)(model.x)
    draws = [
        importance_sample(model.log_prob, loc, scale, model.x, 1, seed=seed) for seed in range(25)
    ]
    nll = np.mean([draw.nll for draw in draws], axis=0)
    elbo = rate(loc, scale) + np.mean([draw.distortion for draw in draws], axis=0)
    assert abs(np.mean(nll - elbo)) < 5 * standard_error(nll - elbo)
    assert figures["negative_elbo_nats"] == figures["rate_nats"] + figures["distortion_nats"]


def test_likelihood_does_not_depend_on_the_chunks(model):
    loc, scale = blunt(model)(model.x)

    def nll(chunk_size):
        return importance_sample(
            model.log_prob, loc, scale, model.x, num_samples=30, chunk_size=chunk_size, seed=3
        ).nll

    np.testing.assert_allclose(nll(7), nll(4096), rtol=1e-12)
    np.testing.assert_allclose(nll(64), nll(4096), rtol=1e-12)


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


def test_distortion_has_its_closed_form(model):
    # E_q |x - b - W z|^2 = |x - b - W mu|^2 + sum_d |w_d|^2 sigma_d^2
    loc, scale = model.encode(model.x)
    spread = np.sum(model.norms**2 * scale**2, axis=-1)
    exact = -model.log_prob(loc, model.x) + 0.5 * spread / model.s**2
    draws = np.stack(
        [
            importance_sample(model.log_prob, loc, scale, model.x, 1, seed=seed).distortion
            for seed in range(25)
        ]
    )
    error = standard_error(draws.mean(axis=0) - exact)
    assert abs(draws.mean() - exact.mean()) < 5 * error
    other = distortion(model.log_prob, model.encode, model.x, num_samples=25)
    assert abs(other - exact.mean()) < 5 * error


def test_rate_is_the_kl_of_tfp():
    rng = np.random.default_rng(1)
    loc = rng.standard_normal((50, 4)) * 3
    scale = 10 ** rng.uniform(-3, 3, (50, 4))
    expected = tfd.kl_divergence(
        tfd.Normal(loc, scale), tfd.Normal(np.float64(0), np.float64(1))
    ).numpy()
    np.testing.assert_allclose(kl_per_dimension(loc, scale), expected, rtol=1e-12)
    np.testing.assert_allclose(rate(loc, scale), expected.sum(-1), rtol=1e-12)


def test_rate_under_another_prior_is_unbiased():
    rng = np.random.default_rng(2)
    loc, scale = rng.standard_normal((1000, 2)), rng.uniform(0.1, 0.6, (1000, 2))
    prior = tfd.MultivariateNormalDiag(np.full(2, 0.5), np.full(2, 2.0))
    exact = tfd.kl_divergence(tfd.MultivariateNormalDiag(loc, scale), prior).numpy()
    error = rate(loc, scale, prior, num_samples=10) - exact
    assert abs(error.mean()) < 5 * standard_error(error)


def test_mutual_information_has_its_closed_form():
    model = LinearGaussian(norms=[1.5, 0.6], rows=4000)
    loc, scale = model.encode(model.x)
    # The spread over x of the exact integrand, and the sample of x, both count.
    errors = [
        mutual_information(loc[part::8], scale[part::8], num_samples=4) - model.information()
        for part in range(8)
    ]
    # With N rows the mixture q(z) errs by about e^I / N: 1/100 of a nat here.
    assert abs(np.mean(errors)) < 5 * standard_error(errors) + 0.01


def test_mutual_information_is_e_kl_minus_kl_of_the_aggregate(model):
    # He et al. 2019: E_x KL(q(z|x) || p) - KL(q(z) || p), written out with TFP in one dimension.
    loc, scale = model.encode(model.x[:200])
    loc, scale = loc[:, :1], scale[:, :1]
    aggregate = tfd.MixtureSameFamily(
        tfd.Categorical(logits=np.zeros(200)), tfd.Normal(loc[:, 0], scale[:, 0])
    )
    z = np.linspace(-9, 9, 20001)
    log_q = aggregate.log_prob(z).numpy()
    log_p = tfd.Normal(np.float64(0), 1).log_prob(z).numpy()
    kl_aggregate = np.sum(np.exp(log_q) * (log_q - log_p)) * (z[1] - z[0])
    exact = rate(loc, scale).mean() - kl_aggregate
    draws = [mutual_information(loc, scale, num_samples=50, seed=seed) for seed in range(10)]
    assert abs(np.mean(draws) - exact) < 5 * standard_error(draws)


def test_mutual_information_is_never_above_log_n_and_reaches_it():
    loc = 100.0 * np.arange(50)[:, None] + 1e4  # far apart, far from the origin
    information = mutual_information(loc, np.ones_like(loc))
    assert information == pytest.approx(np.log(50), abs=1e-9)


def test_mutual_information_and_gaps_of_a_collapsed_model_are_zero(model):
    loc, scale = np.full((300, 4), 0.3), np.full((300, 4), 0.9)
    assert mutual_information(loc, scale) == pytest.approx(0.0, abs=1e-12)

    def ignores_z(z, x):
        return -(x[:, 0] ** 2)

    x = model.x[:300]
    assert z_gap(ignores_z, loc, scale, x) == 0.0
    assert prior_gap(ignores_z, loc, scale, x) == 0.0


def test_chunks_of_the_table_do_not_change_the_mutual_information(monkeypatch):
    rng = np.random.default_rng(0)
    loc, scale = rng.standard_normal((100, 3)), np.full((100, 3), 0.5)
    whole = mutual_information(loc, scale)
    # By import_module: the package's attribute of that name is the function.
    module = importlib.import_module("keras_vae_collapse.metrics.mutual_information")
    monkeypatch.setattr(module, "_TABLE_ENTRIES", 1300)
    assert mutual_information(loc, scale) == pytest.approx(whole, rel=1e-12)


def test_gaps_have_their_closed_form():
    model = LinearGaussian(norms=[2.0, 1.0], rows=3000)
    loc, scale = model.encode(model.x)
    # Of x the decoder judges t = z + noise, noise of variance 1 / p_d with p_d = |w_d|^2 / s^2:
    # E (t - z)^2 is 1 / p_d for the right z and 2 + 1 / p_d for one independent of x, and the
    # gap is p_d / 2 times the difference, summed over d.
    exact = np.sum(model.norms**2 / model.s**2)
    gaps = [
        z_gap(model.log_prob, loc[part::10], scale[part::10], model.x[part::10], seed=part)
        for part in range(10)
    ]
    assert abs(np.mean(gaps) - exact) < 5 * standard_error(gaps)
    gaps = [
        prior_gap(model.log_prob, loc[part::10], scale[part::10], model.x[part::10], seed=part)
        for part in range(10)
    ]
    assert abs(np.mean(gaps) - exact) < 5 * standard_error(gaps)


@pytest.mark.parametrize("rows", [2, 3, 50])
def test_derangement_moves_every_row(rows):
    for seed in range(50):
        order = derangement(rows, np.random.default_rng(seed))
        assert sorted(order) == list(range(rows))
        assert not np.any(order == np.arange(rows))


def test_active_units_of_the_linear_model_have_their_closed_form(model):
    loc, _ = model.encode(model.x)
    # Sample variance of a Gaussian: standard error sqrt(2 / (N - 1)) of the variance.
    error = np.sqrt(2 / (len(loc) - 1)) * model.mean_variance()
    assert np.all(np.abs(posterior_mean_variance(loc) - model.mean_variance()) < 5 * error)
    assert model.mean_variance()[2] < 0.01 < model.mean_variance()[1]
    assert active_units(loc) == 2
    assert active_units(loc, threshold=0.75) == 1


def test_distinct_outputs():
    assert distinct_outputs(["evden", "evden", "koştu"]) == 2


def test_same_seed_same_figures_and_other_seed_others(model):
    first, same, other = (
        latent_metrics(model.log_prob, blunt(model), model.x, num_samples=4, seed=seed)
        for seed in (5, 5, 6)
    )
    assert first == same
    for name in ("iw_nll_nats", "mutual_information_nats", "z_gap_nats", "prior_gap_nats"):
        assert first[name] != other[name]


def test_dictionary_of_arrays_and_tensors_from_the_callables():
    import tensorflow as tf

    model = LinearGaussian(norms=[1.0], rows=20)
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
    with pytest.raises(ValueError, match="at least two rows"):
        latent_metrics(model.log_prob, model.encode, model.x[:1], num_samples=2)
