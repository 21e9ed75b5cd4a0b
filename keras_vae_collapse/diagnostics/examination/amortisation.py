"""The amortisation gap: what the encoder's posteriors lose against the best ones."""

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.examination.draw import sphere_draw
from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT, RATE
from keras_vae_collapse.diagnostics.examination.pricing import nats_of_loss, price_of_rate
from keras_vae_collapse.metrics import rate

tfd = tfp.distributions

STEPS = 24
_FIRST_STEP = 0.25  # of mean and log deviation, in units of the prior


def gap_of(figures, passes, block, loc, scale, rng):
    """The amortisation gap in nats per example, `None` where the objective has none."""
    site, kind = passes.sites[0], figures.survey.distortion
    per_loss = 1.0 if kind is None else kind.nats_per_loss
    posterior = passes, block
    if figures.objective == CONSTANT:
        return direction_gap(*posterior, loc, site.layer.concentration, per_loss, rng)
    price = price_of_rate(figures)
    if figures.objective != RATE or not figures.rate_in_loss or not price > 0.0:
        return None
    prior = None if site.prior is None or _is_standard(site.prior) else site.prior
    if prior is not None and (len(passes.shapes) > 1 or len(passes.shapes[0]) > 1):
        return None
    weight = price * (1.0 if kind is None or kind.squared else per_loss)
    gap = amortisation_gap(*posterior, loc, scale, per_loss, weight, rng, prior=prior)
    return gap * nats_of_loss(figures) / per_loss


def _is_standard(prior):
    """Whether a prior is the standard normal of independent scalars."""
    if prior.event_shape.rank or not isinstance(prior, tfd.Normal):
        return False
    return bool(np.all(prior.loc == 0.0) and np.all(prior.scale == 1.0))


def amortisation_gap(
    passes, block, loc, scale, nats_per_loss, weight, rng, steps=STEPS, prior=None
):
    """How much the ELBO gains, nats per example, when each posterior is optimised on its own.

    ```
    max_{mu, sigma} ELBO(x; mu, sigma)  -  ELBO(x; mu(x), sigma(x))
    ```

    (Cremer et al. 2018, arXiv:1801.03558), by some steps of Adam from the encoder's posterior.
    A lower bound of the gap, and never below 0.

    Args:
        passes: `Passes`.
        block: rows of a pass.
        loc, scale: the encoder's posterior for them, `(rows, latent)`.
        nats_per_loss: what a unit of the loss is in nats per example.
        weight: of the rate, beside a distortion in nats.
        rng: a NumPy `Generator`.
        steps: of Adam.
        prior: `None` for the standard normal, or a TFP distribution.
    """
    data, rows = passes.rows(block), len(block)
    state = np.stack([loc, np.log(np.maximum(scale, 1e-6))])
    first = second = np.zeros_like(state)
    for step in range(1, steps + 1):
        mean, log_scale = state
        noise = rng.standard_normal(mean.shape)
        z = mean + np.exp(log_scale) * noise
        by_z = _slope(passes.backward(data, z=z), rows) * nats_per_loss
        gradient = np.stack([by_z, by_z * noise * np.exp(log_scale)])
        if prior is None:
            gradient += weight * np.stack([mean, np.exp(2.0 * log_scale) - 1.0])
        else:
            score = -_score(prior, z)
            by_scale = score * noise * np.exp(log_scale) - 1.0
            gradient += weight * np.stack([score, by_scale])
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
    rates = [rate(m, s, prior).mean() for m, s in ((loc, np.maximum(scale, 1e-6)), _of(state))]
    return max(0.0, gained + weight * float(rates[0] - rates[1]))


def direction_gap(passes, block, loc, concentration, nats_per_loss, rng, steps=STEPS):
    """The same of posteriors that differ in a direction alone, whose rate is constant."""
    data, rows = passes.rows(block), len(block)
    direction, first, second = loc, np.zeros_like(loc), np.zeros_like(loc)

    def drawn(mean):
        noise = tf.constant(rng.standard_normal(mean.shape), tf.float32)
        return sphere_draw(tf.constant(mean, tf.float32), concentration)(noise).numpy()

    for step in range(1, steps + 1):
        back = passes.backward(data, z=drawn(direction))
        gradient = _slope(back, rows) * nats_per_loss
        first = 0.8 * first + 0.2 * gradient
        second = 0.95 * second + 0.05 * gradient**2
        move = first / (1 - 0.8**step) / (np.sqrt(second / (1 - 0.95**step)) + 1e-8)
        step_size = _FIRST_STEP * loc.shape[1] ** -0.5 * (1.0 - (step - 1) / steps)
        moved = direction - step_size * move
        direction = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    gained = 0.0
    for _ in range(8):
        gained += passes.forward(data, z=drawn(loc)).loss / 8
        gained -= passes.forward(data, z=drawn(direction)).loss / 8
    return max(0.0, gained * nats_per_loss)


def _of(state):
    return state[0], np.exp(state[1])


def _slope(back, rows):
    """The gradient of the loss of each example in its `z`, `(rows, latent)`."""
    slopes = [g.reshape(rows, -1) for g in back.gradients["z"] if g is not None]
    return np.concatenate(slopes, axis=-1) * rows


def _score(prior, z):
    """The gradient of `log p(z)` in `z`."""
    point = tf.constant(z, prior.dtype)
    with tf.GradientTape() as tape:
        tape.watch(point)
        total = tf.reduce_sum(prior.log_prob(point))
    return np.asarray(tape.gradient(total, point), np.float64)
