"""One eager pass that finds the parts of a model: latent, outputs, encoder, dead layers."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.bound_site import bound_sites
from keras_vae_collapse.diagnostics.examination.distortion import Distortion
from keras_vae_collapse.diagnostics.examination.encoder_faults import (
    count_frozen,
    dead_layer,
    is_blocked,
)
from keras_vae_collapse.diagnostics.examination.interception import (
    is_float,
    recorded_losses,
    same,
    tensors,
    watched,
)
from keras_vae_collapse.diagnostics.examination.latent_site import our_latents, sampling_layer
from keras_vae_collapse.diagnostics.examination.one_run import one_run
from keras_vae_collapse.diagnostics.examination.passes import Passes
from keras_vae_collapse.diagnostics.examination.rate_path import rate_in_loss
from keras_vae_collapse.diagnostics.examination.recognition import recognise


@dataclasses.dataclass(frozen=True)
class Survey:
    """What one pass shows of a model.

    Attributes:
        passes: `Passes` that know where the outputs are.
        distortion: the `Distortion` of the loss, or `None` where it was not recognised.
        encoder_weights: indices of the weights on which the posterior depends, in `passes.weights`.
        rate_in_loss: whether a path leads from the posterior to the loss beside the one by `z`.
        z_in_loss: whether the loss depends on `z` with a gradient that is not zero.
        dead_layer: name of the first layer before the latent that has the same output for every
            example though its inputs differ, or `None`.
        encoder_blocked: whether no gradient reaches the weights before the latent.
        frozen: number of weights before the decoder that are not trained, and of all there.
    """

    passes: Passes
    distortion: Distortion | None
    encoder_weights: list
    rate_in_loss: bool
    z_in_loss: bool
    dead_layer: str | None
    encoder_blocked: bool
    frozen: tuple


def find_sites(model, data, rows):
    """Where a model draws its latent.

    Raises:
        ValueError: there is no such layer.
    """
    sites = our_latents(model) + bound_sites(model)
    if sites:
        return sites
    found = []

    def after(layer, args, kwargs, outputs):
        if all(site.layer is not layer for site in found):
            site = sampling_layer(layer, args, kwargs, outputs)
            if site is not None:
                found.append(site)
        return outputs

    passes = Passes(model, data, [])
    with watched(_innermost(model), after), recorded_losses(model) as (losses, _):
        passes.loss_of_step(passes.rows(rows), losses)
    if not found:
        raise ValueError(
            "the model must have a latent layer: a `GaussianLatent` or one of its variants, or a "
            "sampling layer from a mean and a spread to a random z of their shape. For another "
            f"model pass `latent=LatentModel(...)`. Received: {type(model).__name__} "
            f"{model.name!r} with the layers {', '.join(la.name for la in model.layers)}"
        )
    return found


def _innermost(model):
    """The layers that hold no other layer; a layer of a class of its own may."""
    return [
        layer
        for layer in _unique(model._flatten_layers(include_self=False))
        if not isinstance(layer, (keras.Model, keras.layers.RNN, keras.layers.Wrapper))
    ]


def _unique(layers):
    return list({id(layer): layer for layer in layers}.values())


def survey(passes, rows, rng):
    """The `Survey` of a model from some rows; `passes` learn where the outputs are."""
    data = passes.rows(rows)
    calls, at_draw = [], []  # (layer, inputs, outputs) in the order in which calls end

    def after(layer, args, kwargs, result):
        flat = [same(part) if is_float(part) else part for part in keras.tree.flatten(result)]
        calls.append((layer, tensors((args, kwargs)), flat))
        return keras.tree.pack_sequence_as(result, flat)

    draws = []

    def choose(loc, scale, draw):
        at_draw.append(len(calls))
        return draw(tf.constant(rng.standard_normal(loc.shape), loc.dtype))

    with tf.GradientTape(persistent=True) as tape:
        loss, gradient = one_run(passes, data, choose, draws, after)
        centre = tf.add_n([tf.reduce_sum(d.loc) + tf.reduce_sum(d.scale) for d in draws])
    passes.sizes = [int(np.prod(d.z.shape[1:])) for d in draws]
    passes.shapes = [tuple(d.z.shape[1:]) for d in draws]
    found = gradient(tape, loss, [d.z for d in draws])
    z_in_loss = any(g is not None and bool(tf.reduce_any(g != 0.0)) for g in found)
    to_posterior = gradient(tape, centre, passes.weights)
    before = calls[: at_draw[0]]
    distortion = None
    # From the last to the first: the nearest to the loss that is recognised; or else the nearest
    # that the loss depends on.
    for number in range(len(calls) - 1, at_draw[0] - 1, -1):
        distortion, place = _recognised(passes, rows, tape, gradient, loss, calls[number][2])
        if place is not None and (distortion is not None or passes.output_call is None):
            layer = calls[number][0]
            nth = sum(other is layer for other, _, _ in calls[: number + 1])
            passes.output_call = (layer, nth, place)
            passes.output_size = int(np.prod(calls[number][2][place].shape[1:]))
        if distortion is not None:
            break
    del tape
    return Survey(
        passes=passes,
        distortion=distortion,
        encoder_weights=[i for i, g in enumerate(to_posterior) if g is not None],
        rate_in_loss=rate_in_loss(passes, data, [d.z for d in draws]),
        z_in_loss=z_in_loss,
        dead_layer=dead_layer(passes.sites, before, draws),
        encoder_blocked=is_blocked(passes.sites, before, draws, passes.weights, to_posterior),
        frozen=count_frozen(passes.sites, before, passes.weights),
    )


def _recognised(passes, rows, tape, gradient, loss, outputs):
    arrays = [array[rows] for array in passes.arrays]
    connected = None
    for place, output in enumerate(outputs):
        if not is_float(output) or len(output.shape) < 2 or not passes.copies(output, len(rows)):
            continue
        found = gradient(tape, loss, output)
        if found is None:
            continue
        connected = place if connected is None else connected
        # Of several equal samples each example has its gradient in all of them.
        slope = tf.reshape(found, (-1, len(rows), *output.shape[1:])).numpy().sum(axis=0)
        distortion = recognise(output[: len(rows)].numpy(), slope, arrays)
        if distortion is not None:
            return distortion, place
    return None, connected
