"""Models made to fail in each of the ways, and healthy ones, as callables in NumPy.

x = W z + b + noise with orthogonal columns of W, so the exact posterior is diagonal. The
faults are put in by hand: in the encoder, in the decoder, or in both.
"""

import numpy as np

from keras_vae_collapse.diagnostics import LatentModel

ROWS, DATA_DIM, NOISE = 300, 12, 0.5


class Generator:
    def __init__(self, norms, seed=0):
        rng = np.random.default_rng(seed)
        self.norms = np.asarray(norms, np.float64)
        basis, _ = np.linalg.qr(rng.standard_normal((DATA_DIM, len(self.norms))))
        self.w = basis * self.norms
        z = rng.standard_normal((ROWS, len(self.norms)))
        self.x = z @ self.w.T + NOISE * rng.standard_normal((ROWS, DATA_DIM))

    def posterior(self, x):
        variance = 1 / (1 + self.norms**2 / NOISE**2)
        loc = x @ self.w * variance / NOISE**2
        return loc, np.broadcast_to(np.sqrt(variance), loc.shape).copy()

    def reads_z(self, z, x):
        return -0.5 * np.sum((x - z @ self.w.T) ** 2, axis=-1) / NOISE**2

    def ignores_z(self, z, x):
        return -0.5 * np.sum(x**2, axis=-1)

    def decode(self, z, x):
        return [" ".join(f"{value:.0f}" for value in row) for row in z @ self.w.T]


def constant(loc, scale):
    def encode(x):
        return np.full((len(x), 4), loc), np.full((len(x), 4), scale)

    return encode


def generic(z, x):
    return ["the same"] * len(z)


def noisy_encoder(g):
    def encode(x):
        loc, _ = g.posterior(x)
        return loc, np.full_like(loc, 6.0)

    return encode


def make(name):
    """The `LatentModel` that fails in the way of this name."""
    norms = {
        "few_dimensions": [3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.01],
        "spare_dimensions": [50.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    }
    g = Generator(norms.get(name, [2.0, 2.0, 1.5, 1.5]))
    parts = {
        "inactive": (constant(0.0, 1.0), g.ignores_z, generic),
        "input_independent": (constant(2.0, 0.5), g.ignores_z, generic),
        "noisy": (noisy_encoder(g), g.ignores_z, generic),
        "latent_ignored": (g.posterior, g.ignores_z, generic),
        "generic_outputs": (g.posterior, g.reads_z, generic),
    }
    encode, log_prob, decode = parts.get(name, (g.posterior, g.reads_z, g.decode))
    return LatentModel(encode, log_prob, g.x, decode)
