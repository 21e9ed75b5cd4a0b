"""The amortisation gap: what the encoder's posteriors lose against the best ones."""

import numpy as np

STEPS = 24
_FIRST_STEP = 0.25  # of mean and log deviation, in units of the prior


def amortisation_gap(passes, block, loc, scale, nats_per_loss, weight, rng, steps=STEPS):
    """How much the ELBO gains, nats per example, when each posterior is optimised on its own.

    ```
    max_{mu, sigma} ELBO(x; mu, sigma)  -  ELBO(x; mu(x), sigma(x))
    ```

    (Cremer et al. 2018, arXiv:1801.03558), by some steps of Adam from the encoder's posterior.
    A lower bound of the gap, and never below 0. The prior is taken as the standard normal.

    Args:
        passes: `Passes`.
        block: rows of a pass.
        loc, scale: the encoder's posterior for them, `(rows, latent)`.
        nats_per_loss: what a unit of the loss is in nats per example.
        weight: of the rate, beside a distortion in nats.
        rng: a NumPy `Generator`.
    """
    data, rows = passes.rows(block), len(block)
    state = np.stack([loc, np.log(np.maximum(scale, 1e-6))])
    first = second = np.zeros_like(state)
    for step in range(1, steps + 1):
        mean, log_scale = state
        noise = rng.standard_normal(mean.shape)
        back = passes.backward(data, z=mean + np.exp(log_scale) * noise)
        slopes = [g.reshape(rows, -1) for g in back.gradients["z"] if g is not None]
        by_z = np.concatenate(slopes, axis=-1)
        by_z = by_z * rows * nats_per_loss
        gradient = np.stack(
            [
                by_z + weight * mean,
                by_z * noise * np.exp(log_scale) + weight * (np.exp(2.0 * log_scale) - 1.0),
            ]
        )
        first = 0.8 * first + 0.2 * gradient
        second = 0.95 * second + 0.05 * gradient**2
        move = first / (1 - 0.8**step) / (np.sqrt(second / (1 - 0.95**step)) + 1e-8)
        state = state - _FIRST_STEP * (1.0 - (step - 1) / steps) * move
    before = after = 0.0
    for _ in range(4):
        noise = rng.standard_normal(loc.shape)
        before += passes.forward(data, z=loc + scale * noise).loss
        after += passes.forward(data, z=state[0] + np.exp(state[1]) * noise).loss
    gained = (before - after) / 4 * nats_per_loss
    rates = _rate(loc, np.log(np.maximum(scale, 1e-6))) - _rate(*state)
    return max(0.0, gained + weight * rates)


def _rate(loc, log_scale):
    """Mean KL to the standard normal."""
    kl = 0.5 * (loc**2 + np.exp(2.0 * log_scale) - 1.0) - log_scale
    return float(kl.sum(axis=-1).mean())
