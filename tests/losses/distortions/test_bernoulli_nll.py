"""BernoulliNLL against NumPy float64."""

import numpy as np
import pytest

from keras_vae_collapse.losses import BernoulliNLL

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("grey", [False, True])
def test_nats_are_summed_over_an_example(grey):
    x = RNG.random((4, 3, 3, 1))
    x = x if grey else x > 0.5
    logits = RNG.normal(size=x.shape)
    p = 1.0 / (1.0 + np.exp(-logits))
    nats = -(x * np.log(p) + (1.0 - x) * np.log(1.0 - p)).sum(axis=(1, 2, 3)).mean()
    np.testing.assert_allclose(BernoulliNLL()(x, logits), nats, rtol=1e-5)
    np.testing.assert_allclose(BernoulliNLL(from_logits=False)(x, p), nats, rtol=1e-5)


def test_sure_predictions_stay_finite():
    x = np.array([[0.0, 1.0]])
    np.testing.assert_allclose(BernoulliNLL()(x, np.array([[1e4, -1e4]])), 2e4)
    wrong = BernoulliNLL(from_logits=False)(x, 1.0 - x)
    np.testing.assert_allclose(wrong, -2 * np.log(1e-7), rtol=0.01)
