import importlib

import numpy as np
import pytest
import tensorflow_probability as tfp
from linear_gaussian import LinearGaussian, standard_error
from scipy import stats

from keras_vae_collapse.metrics import mutual_information, rate
from keras_vae_collapse.metrics.posterior import posterior_samples

tfd = tfp.distributions


def test_mutual_information_has_its_closed_form():
    model = LinearGaussian(norms=[1.5, 0.6], size=4000)
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


def test_chunks_of_the_table_do_not_change_the_mutual_information(monkeypatch):
    rng = np.random.default_rng(0)
    loc, scale = rng.standard_normal((100, 3)), np.full((100, 3), 0.5)
    whole = mutual_information(loc, scale)
    # By import_module: the package's attribute of that name is the function.
    module = importlib.import_module("keras_vae_collapse.metrics.mutual_information")
    monkeypatch.setattr(module, "_TABLE_ENTRIES", 1300)
    assert mutual_information(loc, scale) == pytest.approx(whole, rel=1e-12)


def test_it_is_the_mean_log_ratio_of_the_posterior_and_the_mixture_of_all():
    rng = np.random.default_rng(0)
    loc, scale = rng.standard_normal((30, 2)), rng.uniform(0.2, 2.0, (30, 2))
    z = loc + scale * np.random.default_rng(5).standard_normal(loc.shape)
    density = stats.norm.pdf(z[:, None], loc, scale).prod(axis=-1)  # (sample, component)
    expected = np.mean(np.log(np.diag(density)) - np.log(density.mean(axis=1)))
    assert mutual_information(loc, scale, 1, seed=5) == pytest.approx(expected)


def test_of_other_posteriors_too_it_is_that_mean_in_chunks_of_any_size(monkeypatch):
    rng = np.random.default_rng(0)
    loc, scale = rng.standard_normal((30, 2)), rng.uniform(0.2, 2.0, (30, 2))

    def laplace(loc, scale):
        return tfd.Independent(tfd.Laplace(loc, scale), 1)

    draws = np.random.default_rng(5)
    z = np.stack([posterior_samples(loc, scale, draws, laplace) for _ in range(2)])
    density = stats.laplace.pdf(z[:, :, None], loc, scale).prod(axis=-1)
    own = np.diagonal(density, axis1=1, axis2=2)
    expected = np.mean(np.log(own) - np.log(density.mean(axis=2)))
    module = importlib.import_module("keras_vae_collapse.metrics.mutual_information")
    for entries in (4_000_000, 7 * 60, 1):
        monkeypatch.setattr(module, "_TABLE_ENTRIES", entries)
        found = mutual_information(loc, scale, 2, seed=5, distribution=laplace)
        assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("loc", "scale", "shapes"),
    [
        (np.zeros(3), np.ones(3), r"\(3,\) and \(3,\)"),
        (np.zeros((3, 2)), np.ones((3, 1)), r"\(3, 2\) and \(3, 1\)"),
        (np.zeros((0, 2)), np.ones((0, 2)), r"\(0, 2\) and \(0, 2\)"),
    ],
)
def test_what_is_no_set_of_posteriors_is_refused(loc, scale, shapes):
    with pytest.raises(ValueError, match=f"one shape .N, latent.*Received shapes: {shapes}"):
        mutual_information(loc, scale)
    for options in ({"num_samples": 0}, {"seed": -1}):
        with pytest.raises(ValueError, match=f"`{[*options][0]}` must"):
            mutual_information(np.zeros((3, 2)), np.ones((3, 2)), **options)


def test_one_input_has_no_information():
    assert mutual_information(np.ones((1, 2)), np.ones((1, 2))) == pytest.approx(0.0, abs=1e-12)
