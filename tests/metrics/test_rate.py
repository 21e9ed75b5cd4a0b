import numpy as np
import tensorflow_probability as tfp
from linear_gaussian import standard_error

from keras_vae_collapse.metrics import rate, rate_per_dimension

tfd = tfp.distributions


def test_rate_is_the_kl_of_tfp():
    rng = np.random.default_rng(1)
    loc = rng.standard_normal((50, 4)) * 3
    scale = 10 ** rng.uniform(-3, 3, (50, 4))
    expected = tfd.kl_divergence(
        tfd.Normal(loc, scale), tfd.Normal(np.float64(0), np.float64(1))
    ).numpy()
    np.testing.assert_allclose(rate_per_dimension(loc, scale), expected, rtol=1e-12)
    np.testing.assert_allclose(rate(loc, scale), expected.sum(-1), rtol=1e-12)


def test_rate_under_another_prior_is_unbiased():
    rng = np.random.default_rng(2)
    loc, scale = rng.standard_normal((1000, 2)), rng.uniform(0.1, 0.6, (1000, 2))
    prior = tfd.MultivariateNormalDiag(np.full(2, 0.5), np.full(2, 2.0))
    exact = tfd.kl_divergence(tfd.MultivariateNormalDiag(loc, scale), prior).numpy()
    error = rate(loc, scale, prior, num_samples=10) - exact
    assert abs(error.mean()) < 5 * standard_error(error)
    np.testing.assert_array_equal(rate(loc, scale, prior), rate(loc, scale, prior, num_samples=16))


def test_a_rate_that_is_estimated_follows_its_seed():
    loc, scale = np.ones((5, 2)), np.full((5, 2), 0.5)

    def laplace(loc, scale):  # its KL with a Gaussian is not registered
        return tfd.Independent(tfd.Laplace(loc, scale), 1)

    first, again, other = (rate(loc, scale, seed=s, distribution=laplace) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (5,) and not np.array_equal(first, other)
