"""Draws of the latent from standard normal noise."""

import numpy as np

from keras_vae_collapse.diagnostics.examination.draw import FixedNoise, gaussian_draw
from keras_vae_collapse.losses import KLDivergence


def test_a_gaussian_is_moved_and_stretched():
    np.testing.assert_array_equal(gaussian_draw(3.0, 2.0)(np.array([-1.0, 0.5])), [1.0, 4.0])


def test_noise_is_the_same_until_it_is_renewed():
    noise, term = FixedNoise(), KLDivergence()
    first = noise.seed().numpy()
    np.testing.assert_array_equal(noise.seed(), first)
    noise.renew(5)
    assert noise.seed().numpy().tolist() == [8, 7] != first.tolist()
    own = term.noise.next
    with noise.of(term):
        np.testing.assert_array_equal(term.noise.next(), [8, 7])
    assert term.noise.next == own
    noise.renew(0)
    np.testing.assert_array_equal(noise.seed(), first)
