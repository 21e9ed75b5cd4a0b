"""GaussianNLL against SciPy."""

import numpy as np
import pytest
from scipy.stats import norm

from keras_vae_collapse.losses import GaussianNLL


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_nats_are_minus_the_log_density_of_an_example(scale):
    x, means = np.random.default_rng(0).normal(size=(2, 4, 3, 2))
    nats = -norm.logpdf(x, means, scale).sum(axis=(1, 2))
    np.testing.assert_allclose(GaussianNLL(scale)(x, means), nats.mean(), rtol=1e-5)
    np.testing.assert_allclose(GaussianNLL(scale, reduction=None)(x, means), nats, rtol=1e-5)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("inf")])
def test_an_impossible_scale_is_refused(scale):
    with pytest.raises(ValueError, match=r"`scale` must be a finite number in \(0, inf\)"):
        GaussianNLL(scale)
