import numpy as np
import pytest
from linear_gaussian import standard_error

from keras_vae_collapse.metrics import importance_sample, importance_weighted_nll


def test_exact_posterior_gives_the_exact_likelihood_from_one_sample(model):
    nll = importance_weighted_nll(model.log_prob, model.encode, model.x, num_samples=1)
    # z reaches the decoder in float32, hence not to the last digit of float64.
    assert nll == pytest.approx(model.nll().mean(), abs=1e-4)


def test_importance_weighting_of_a_blunt_posterior_converges_to_the_likelihood(model):
    loc, scale = model.encode_bluntly(model.x)
    few = importance_sample(model.log_prob, loc, scale, model.x, num_samples=1)
    many = importance_sample(model.log_prob, loc, scale, model.x, num_samples=2000)
    error = many.nll - model.nll()
    # The bias is at most Var(w) / 2K, here under 1e-3; the rest is Monte-Carlo error.
    assert abs(error.mean()) < 5 * standard_error(error) + 1e-3
    assert few.nll.mean() > many.nll.mean() + 0.05


def test_likelihood_does_not_depend_on_the_chunks(model):
    loc, scale = model.encode_bluntly(model.x)

    def nll(chunk_size):
        return importance_sample(
            model.log_prob, loc, scale, model.x, num_samples=30, chunk_size=chunk_size, seed=3
        ).nll

    np.testing.assert_allclose(nll(7), nll(4096), rtol=1e-12)
    np.testing.assert_allclose(nll(64), nll(4096), rtol=1e-12)


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
