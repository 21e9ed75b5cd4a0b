"""What `z` could explain, and what it does: eigenvalues of residuals, the decoder's Jacobian."""

import numpy as np

_STEP = 0.05  # of z, in units of the prior


def explainable(kind, targets, outputs, counted, reads_history, rng):
    """Eigenvalues of the outputs' residuals without `z`, in units of their noise, largest first.

    In a linear VAE dimension `i` survives while `beta sigma^2 < lambda_i`, `lambda_i` the `i`-th
    eigenvalue of the covariance of the data (Lucas et al. 2019, arXiv:1911.02469). For other
    outputs the residual `t - p` of the best prediction without `z`, divided by its standard
    deviation, takes the place of `x / sigma`: its variance is 1 where nothing is left to explain,
    and the condition becomes `beta < lambda_i`. The best prediction is the mean over the examples;
    for a decoder that reads its history it is what that decoder says with `z` from the prior.

    Few rows alone make large eigenvalues. Those of residuals shuffled over the rows, position by
    position, show how large; larger ones are corrected by the law of spiked covariance matrices
    (Baik, Ben Arous & Peche 2005), and the others are 1. (For a squared error the data are the
    condition as it stands, and nothing is corrected.)
    """
    residual = _residual(kind, targets, outputs if reads_history else None)
    residual = residual.reshape(len(residual), counted.shape[1], -1) * counted[..., None]
    if kind.squared:
        return _eigenvalues(residual)
    shuffled = np.empty_like(residual)
    for position in range(residual.shape[1]):
        shuffled[:, position] = residual[rng.permutation(len(residual)), position]
    edge = float(_eigenvalues(shuffled)[0])
    values = _eigenvalues(residual)
    ratio = (np.sqrt(max(edge, 1.0)) - 1.0) ** 2
    above = values > 1.05 * max(edge, 1.0)
    middle = values + 1.0 - ratio
    spiked = 0.5 * (middle + np.sqrt(np.maximum(middle**2 - 4.0 * values, 0.0)))
    return np.where(above, np.maximum(spiked, 1.0), np.minimum(values, 1.0))


def _residual(kind, targets, outputs):
    if kind.squared:
        centre = targets.mean(axis=0) if outputs is None else outputs
        return np.sqrt(kind.coefficient) * (targets - centre)
    least = 1.0 / len(targets)
    p = targets.mean(axis=0, keepdims=True) if outputs is None else kind.kind.mean(outputs)
    if kind.kind.categorical:
        return (targets - p) / np.sqrt(np.maximum(p, least))
    p = np.clip(p, least, 1.0 - least)
    return (targets - p) / np.sqrt(p * (1.0 - p))


def _eigenvalues(residual):
    flat = residual.reshape(len(residual), -1)
    flat = flat - flat.mean(axis=0)
    rows, columns = flat.shape
    product = flat @ flat.T if rows < columns else flat.T @ flat
    return np.maximum(np.linalg.eigvalsh(product / rows)[::-1], 0.0)


def singular_values(passes, kind, block, z, rng, examples=6, spread=1.0):
    """Singular values of the decoder's Jacobian in `z`, root mean squares, largest first.

    The outputs are measured in units of their noise, by the Fisher information `F`: the squares
    are the eigenvalues of the mean of `J' F J` over samples of the posterior. A value `s` is a
    signal-to-noise ratio: the direction of `z` can carry `log(1 + s^2) / 2` nats. At most 16
    directions are looked at; of a larger latent they are drawn at random. `z` counts in units of
    `spread`, its standard deviation under the prior.
    """
    latent, length = z.shape[1], _STEP * spread
    size = min(latent, 16)
    directions = np.linalg.qr(rng.standard_normal((latent, latent)))[0][:, :size]
    examples = min(examples, len(block))
    chosen = np.repeat(np.arange(examples), size + 1)
    moves = np.tile(np.vstack([np.zeros(latent), length * directions.T]), (examples, 1))
    fill = -len(chosen) % len(block)
    rows = np.concatenate([chosen, np.zeros(fill, int)])
    moved = z[rows] + np.concatenate([moves, np.zeros((fill, latent))])
    outputs = []
    for start in range(0, len(rows), len(block)):
        part = slice(start, start + len(block))
        outputs.append(passes.forward(passes.rows(block[rows[part]]), z=moved[part]).outputs)
    found = np.concatenate(outputs)[: len(chosen)].astype(np.float64)
    found = found.reshape(-1, size + 1, *found.shape[1:])  # (examples, 1 + directions, ...)
    changes = (found[:, 1:] - found[:, :1]) / _STEP
    jacobian = kind.whitened(found[:, :1], changes).reshape(examples, size, -1)
    mean_square = np.einsum("eip,ejp->ij", jacobian, jacobian, optimize=True) / examples
    return np.sqrt(np.maximum(np.linalg.eigvalsh(mean_square)[::-1], 0.0))
