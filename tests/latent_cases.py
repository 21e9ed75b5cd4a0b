"""Inputs, a mask and latents for tests of latents."""

import numpy as np

from keras_vae_collapse.layers import (
    BatchNormGaussianLatent,
    DeltaGaussianLatent,
    GaussianLatent,
)

RNG = np.random.default_rng(0)
STEPS = RNG.normal(size=(6, 5, 4)).astype("float32")
MASK = np.arange(5) < np.array([5, 3, 1, 2, 4, 5])[:, None]
LATENTS = [
    lambda **options: GaussianLatent(3, initial_scale=0.3, seed=1, **options),
    lambda **options: DeltaGaussianLatent(3, 1.0, initial_scale=0.3, seed=1, **options),
    lambda **options: BatchNormGaussianLatent(3, initial_scale=0.3, seed=1, **options),
]


def kl(loc, scale, prior_loc=0.0):
    loc, scale = np.asarray(loc, "float64"), np.asarray(scale, "float64")
    return (0.5 * (scale**2 + (loc - prior_loc) ** 2 - 1) - np.log(scale)).sum(-1)
