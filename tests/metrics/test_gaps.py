import numpy as np
import pytest
from linear_gaussian import LinearGaussian, standard_error

from keras_vae_collapse.metrics import prior_gap, z_gap
from keras_vae_collapse.metrics.gaps import derangement, distortion_and_z_gap


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


def test_the_distortion_beside_the_gap_has_its_closed_form():
    # E_q |x - b - W z|^2 = |x - b - W mu|^2 + sum_d |w_d|^2 sigma_d^2
    model = LinearGaussian(norms=[2.0, 1.0], size=3000)
    loc, scale = model.encode(model.x)
    spread = np.sum(model.norms**2 * scale**2, axis=-1)
    exact = np.mean(-model.log_prob(loc, model.x) + 0.5 * spread / model.s**2)
    found = [
        distortion_and_z_gap(model.log_prob, loc, scale, model.x, 1, 2048, seed)
        for seed in range(10)
    ]
    distortions, gaps = zip(*found, strict=True)
    assert abs(np.mean(distortions) - exact) < 5 * standard_error(distortions)
    assert gaps[3] == z_gap(model.log_prob, loc, scale, model.x, num_permutations=1, seed=3)
    assert distortion_and_z_gap(model.log_prob, loc, scale, model.x) == distortion_and_z_gap(
        model.log_prob, loc, scale, model.x, num_permutations=4, seed=0
    )


def test_one_example_has_nothing_to_be_permuted_with():
    with pytest.raises(ValueError, match="needs at least two examples. Received: 1"):
        derangement(1, np.random.default_rng(0))
