"""A model in which every figure about the latent has a closed form.

z ~ N(0, I), x = W z + b + s epsilon. The columns of W are orthogonal, so that the exact
posterior is diagonal and an encoder can give it.
"""

import numpy as np

LOG_2PI = np.log(2 * np.pi)


def standard_error(values):
    return np.std(values, ddof=1) / np.sqrt(len(values))


class LinearGaussian:
    def __init__(self, norms, data_dim=6, noise=0.8, size=400, seed=0):
        rng = np.random.default_rng(seed)
        self.norms = np.asarray(norms, np.float64)  # of the columns of W
        latent_dim = len(self.norms)
        basis, _ = np.linalg.qr(rng.standard_normal((data_dim, latent_dim)))
        self.w = basis * self.norms
        self.b = rng.standard_normal(data_dim)
        self.s = noise
        z = rng.standard_normal((size, latent_dim))
        self.x = z @ self.w.T + self.b + noise * rng.standard_normal((size, data_dim))

    def encode(self, x):
        """The exact posterior: variance 1 / (1 + |w_d|^2 / s^2) in dimension d."""
        variance = 1 / (1 + self.norms**2 / self.s**2)
        loc = (x - self.b) @ self.w * variance / self.s**2
        return loc, np.broadcast_to(np.sqrt(variance), loc.shape)

    def encode_bluntly(self, x):
        """A posterior that is not the exact one, so that the bound is not tight."""
        loc, scale = self.encode(x)
        return loc + 0.1, 1.3 * scale

    def log_prob(self, z, x):
        residual = (x - self.b - z @ self.w.T) / self.s
        return -0.5 * np.sum(residual**2 + LOG_2PI + 2 * np.log(self.s), axis=-1)

    def decode(self, z, x):
        return [tuple(row) for row in np.round(z @ self.w.T + self.b, 1)]

    def nll(self):
        """Exact `-log p(x)` of each example: x ~ N(b, W W' + s^2 I)."""
        covariance = self.w @ self.w.T + self.s**2 * np.eye(len(self.b))
        centred = self.x - self.b
        quadratic = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(covariance), centred)
        return 0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * covariance)[1])

    def information(self):
        """Exact mutual information of x and z: half the log of 1 + |w_d|^2 / s^2, summed."""
        return 0.5 * np.sum(np.log1p(self.norms**2 / self.s**2))

    def mean_variance(self):
        """Exact variance of each posterior mean over x: 1 - the posterior variance."""
        return 1 - 1 / (1 + self.norms**2 / self.s**2)
