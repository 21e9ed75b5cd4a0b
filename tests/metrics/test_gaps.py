import numpy as np
import pytest
from linear_gaussian import LinearGaussian, standard_error

from keras_vae_collapse.metrics import prior_gap, z_gap
from keras_vae_collapse.metrics.gaps import derangement


def test_gaps_have_their_closed_form():
    model = LinearGaussian(norms=[2.0, 1.0], size=3000)
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


def test_one_draw_is_enough_and_none_is_not():
    model = LinearGaussian(norms=[2.0, 1.0], size=4)
    arguments = model.log_prob, *model.encode(model.x), model.x
    for gap, name in ((prior_gap, "num_samples"), (z_gap, "num_permutations")):
        assert np.isfinite(gap(*arguments, **{name: 1}))
        with pytest.raises(ValueError, match=name):
            gap(*arguments, **{name: 0})


@pytest.mark.parametrize("size", [2, 3, 50])
def test_derangement_moves_every_example(size):
    for seed in range(50):
        order = derangement(size, np.random.default_rng(seed))
        assert sorted(order) == list(range(size))
        assert not np.any(order == np.arange(size))
