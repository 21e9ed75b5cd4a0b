import dataclasses

import numpy as np
from failing_models import make


def test_methods_give_every_row_whatever_the_chunks():
    model = make("healthy")
    loc, scale = model.posterior(chunk_size=7)
    expected_loc, expected_scale = model.encode(model.inputs)
    np.testing.assert_allclose(loc, expected_loc, rtol=1e-12)
    np.testing.assert_allclose(scale, expected_scale, rtol=1e-12)
    distortion = -model.log_prob(loc, model.inputs)
    np.testing.assert_allclose(model.distortion(loc, chunk_size=7), distortion, rtol=1e-5)
    assert model.outputs(loc, chunk_size=7) == model.decode(loc, model.inputs)


def test_samples_follow_the_posterior_and_the_seed():
    rows = np.zeros((20_000, 2))
    model = dataclasses.replace(
        make("healthy"), inputs=rows, encode=lambda x: (x + 1.0, np.full_like(x, 3.0))
    )
    z = model.sample(seed=5)
    # Five standard errors of the mean and of the standard deviation.
    assert abs(z.mean() - 1.0) < 5 * 3 / np.sqrt(z.size)
    assert abs(z.std() - 3.0) < 5 * 3 / np.sqrt(2 * z.size)
    np.testing.assert_array_equal(z, model.sample(5, posterior=model.posterior()))
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(z, model.sample(rng))
    assert not np.array_equal(z, model.sample(rng))
