"""What some more steps of training would change; the model is put back after them."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.unchanged import unchanged


def fall_in_training(passes, blocks, steps, rng, weights=None, distortion=None):
    """How much the loss falls on one block while the model trains on the others.

    Args:
        passes: `Passes`.
        blocks: lists of rows, two at least; the last is the one to be measured on.
        steps: steps of the optimizer.
        rng: a NumPy `Generator`.
        weights: indices of the weights to train, `None` for all.
        distortion: a `Distortion`, where it is to be measured alone, beside a term that scatters
            more than the loss falls; `None` for the loss.

    Returns:
        The fall, in units of the loss.
    """
    *training, held_out = blocks if len(blocks) > 1 else (blocks[0], blocks[0])
    size = sum(passes.sizes)
    noises = [rng.standard_normal((len(held_out), size)) for _ in range(4)]

    def loss():
        data = passes.rows(held_out)
        found = [passes.forward(data, noise=noise) for noise in noises]
        if distortion is None:
            return float(np.mean([one.loss for one in found]))
        targets = distortion.target_of([array[held_out] for array in passes.arrays])
        nats = np.mean([distortion.nats(one.outputs, targets) for one in found], axis=0)
        return float(nats.sum(axis=-1).mean()) / distortion.nats_per_loss

    with unchanged(passes.model):
        before = loss()
        take_step = _step(passes, weights, size, rng)
        for number in range(steps):
            passes.renew_noise(number + 1)
            take_step(training[number % len(training)])
        passes.renew_noise()
        return before - loss()


def _step(passes, weights, size, rng):
    """A function of a block that takes one step: the model's own, or one for some weights."""
    if passes.own_step and weights is None:
        # It may train parts at paces of their own.
        own = tf.function(passes.model.train_step, autograph=False)

        def take_own_step(block):
            x, y = passes.rows(block)
            own(keras.utils.pack_x_y_sample_weight(x, y))

        return take_own_step
    optimizer = _optimizer(passes.model, weights)
    chosen = range(len(passes.weights)) if weights is None else weights

    def take_step(block):
        noise = rng.standard_normal((len(block), size))
        slopes = passes.backward(passes.rows(block), noise=noise).gradients["weights"]
        pairs = [(slopes[i], passes.weights[i]) for i in chosen if slopes[i] is not None]
        optimizer.apply_gradients(pairs)

    return take_step


def _optimizer(model, weights):
    """The model's own optimizer, as it goes on; for some weights alone one of the same kind."""
    own = model.optimizer
    if own is None:
        return keras.optimizers.Adam(1e-3)
    trained = [id(w) for w in getattr(own, "_trainable_variables", ())]
    if weights is None and trained == [id(w) for w in model.trainable_variables]:
        return own
    config = own.get_config()
    config["learning_rate"] = float(tf.convert_to_tensor(own.learning_rate))
    return type(own).from_config(config)
