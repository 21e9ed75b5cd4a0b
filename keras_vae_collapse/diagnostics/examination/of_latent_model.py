"""What can be measured of a model that is given as callables."""

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.diagnostics.examination.measurements import Measurements
from keras_vae_collapse.metrics import mutual_information, rate
from keras_vae_collapse.metrics.gaps import derangement
from keras_vae_collapse.metrics.posterior import posterior_samples
from keras_vae_collapse.metrics.prior import prior_samples

_ROWS, _STEPS = 512, 24


def measure_latent_model(latent, seed=0):
    """`Measurements` of a `LatentModel`: all but what needs the loss and the outputs.

    Where `log_prob` is made of TensorFlow operations, the gradient in `z` gives the amortisation
    gap, and the empirical Fisher information `E[g g']` the decoder's singular values.
    """
    check_integer("seed", seed, low=0)
    rng = np.random.default_rng(seed)
    if len(latent) > _ROWS:
        latent = latent.subset(np.sort(rng.permutation(len(latent))[:_ROWS]))
    loc, scale = latent.posterior()
    prior = latent.prior_of_rows(loc.shape)
    family = latent.distribution
    z = posterior_samples(loc, scale, rng, family)
    right = latent.distortion(z)
    wrong = latent.distortion(z[derangement(len(z), rng)])
    drawn = latent.distortion(prior_samples(prior, *loc.shape, rng))
    changed = np.abs(wrong - right).max() > 1e-6 * np.abs(right).max()
    found = Measurements(
        rate_nats=float(rate(loc, scale, prior, seed=seed, distribution=family).mean()),
        information_nats=mutual_information(loc, scale, 2, seed, family),
        examples=len(loc),
        latent_dim=loc.shape[1],
        distortion_nats=float(right.mean()),
        z_worth_nats=float((wrong - right).mean()),
        prior_worth_nats=float((drawn - right).mean()),
        posterior_spread=float(np.abs(loc - loc.mean(axis=0)).max() + np.ptp(scale, axis=0).max()),
        z_in_loss=bool(changed),
    )
    slopes = _slopes(latent, z)
    if slopes is not None:
        # By the gradient alone: what is stopped changes the distortion and trains nothing.
        found.z_in_loss = bool(np.any(slopes))
        fisher = slopes.T @ slopes / len(slopes)
        found.singular_values = np.sqrt(np.maximum(np.linalg.eigvalsh(fisher)[::-1], 0.0))
        if found.z_in_loss and family is None and prior is None:
            found.amortisation_gap_nats = _gap(latent, loc, scale, rng)
    return found


def _slopes(latent, z):
    """The gradient of `log p(x | z)` in `z`, `(rows, latent)`, `None` where it has none."""
    inputs = latent.rows(np.arange(len(latent)))
    point = tf.convert_to_tensor(z, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(point)
        try:
            value = latent.log_prob(point, inputs)
        except (TypeError, ValueError, NotImplementedError, AttributeError):
            return None  # it wants a NumPy array
    if not isinstance(value, tf.Tensor):
        return None
    gradient = tape.gradient(value, point)
    return np.zeros_like(z) if gradient is None else np.asarray(gradient, np.float64)


def _gap(latent, loc, scale, rng):
    """The amortisation gap in nats per example, see `amortisation_gap`."""
    state = np.stack([loc, np.log(scale)])
    first = second = np.zeros_like(state)
    for step in range(1, _STEPS + 1):
        noise = rng.standard_normal(loc.shape)
        slopes = -_slopes(latent, state[0] + np.exp(state[1]) * noise)
        by_scale = slopes * noise * np.exp(state[1]) + np.exp(2.0 * state[1]) - 1.0
        gradient = np.stack([slopes + state[0], by_scale])
        first, second = 0.8 * first + 0.2 * gradient, 0.95 * second + 0.05 * gradient**2
        move = first / (1 - 0.8**step) / (np.sqrt(second / (1 - 0.95**step)) + 1e-8)
        state = state - 0.25 * (1.0 - (step - 1) / _STEPS) * move
    gained = 0.0
    for _ in range(4):
        noise = rng.standard_normal(loc.shape)
        gained += float(latent.distortion(loc + scale * noise).mean()) / 4
        gained -= float(latent.distortion(state[0] + np.exp(state[1]) * noise).mean()) / 4
    gained += float(rate(loc, scale).mean() - rate(state[0], np.exp(state[1])).mean())
    return max(0.0, gained)
