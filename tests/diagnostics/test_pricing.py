"""What the loss asks for a nat of rate, of gradients made by hand."""

import types

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination import pricing
from keras_vae_collapse.diagnostics.examination.measurements import Measurements


@pytest.mark.parametrize(("weight", "held"), [(0.02, 0.7), (0.2, None)])
def test_a_weight_that_is_small_here_is_looked_at_far_out(weight, held, monkeypatch):
    monkeypatch.setattr(pricing, "weight_far_out", lambda passes, data: 0.7)
    unit = np.array([[1.0, -2.0]])
    gradients = {"sources": [weight * unit], "rate_sources": [unit]}
    passes = types.SimpleNamespace(
        sites=[types.SimpleNamespace(rate_term=None)], rows=lambda block: block,
        backward=lambda data, z: types.SimpleNamespace(averaged=None, gradients=gradients),
    )  # fmt: skip
    survey = types.SimpleNamespace(distortion=None)
    figures = Measurements(1.0, 1.0, 64, 2, survey=survey, rate_in_loss=True)
    pricing.weigh_rate(figures, passes, np.arange(8), None)
    assert figures.rate_weight == pytest.approx(weight) and figures.held_weight == held
    assert pricing.price_of_rate(figures) == pytest.approx(held or weight)
