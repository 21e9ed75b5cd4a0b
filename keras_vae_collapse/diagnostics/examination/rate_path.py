"""Whether, and with which weight, the rate is in the loss."""

import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.latent_site import OurLatent
from keras_vae_collapse.diagnostics.examination.one_run import one_run


def rate_in_loss(passes, data, zs):
    """Whether the loss depends on the posterior where `z` is cut off from it."""
    given, draws = iter(zs), []

    def choose(loc, scale, draw):
        return tf.stop_gradient(next(given))

    with tf.GradientTape(persistent=True) as tape:
        loss, gradient = one_run(passes, data, choose, draws)
    found = gradient(tape, loss, [source for draw in draws for source in draw.sources])
    del tape
    return any(g is not None for g in found)


def weight_far_out(passes, data, offset=3.0):
    """Weight of the rate in the loss with all posterior means moved, by its gradient.

    A rate term that holds a target costs nothing where the rate is at it, and something above.
    `None` where the means cannot be moved.
    """
    if not all(isinstance(site, OurLatent) for site in passes.sites):
        return None
    draws = []

    def choose(loc, scale, draw):
        return tf.stop_gradient(loc - offset)

    for site in passes.sites:
        site.offset = offset
    try:
        with tf.GradientTape(persistent=True) as tape:
            loss, gradient = one_run(passes, data, choose, draws)
            rate = tf.reduce_mean(tf.add_n([draw.rate for draw in draws]))
    finally:
        for site in passes.sites:
            site.offset = 0.0
    sources = [source for draw in draws for source in draw.sources]
    pairs = list(zip(gradient(tape, loss, sources), gradient(tape, rate, sources), strict=True))
    del tape
    top = sum(float(tf.reduce_sum(g * u)) for g, u in pairs if g is not None and u is not None)
    size = sum(float(tf.reduce_sum(u * u)) for _, u in pairs if u is not None)
    return top / size if size else None
