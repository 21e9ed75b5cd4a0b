"""Where the noise of a model comes from, and how to switch it off."""

import tensorflow as tf

from keras_vae_collapse.core.seeds import NoiseSeeds
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.layers.relaxed_attributes import RelaxedAttributes


def switch_noise_off(model):
    """Makes a training step of the model a function of its weights and inputs alone."""
    for layer in model._flatten_layers():
        # Past the attribute tracking of Keras. A dropout of rate 1 has no noise: what hides the
        # whole history must go on hiding it.
        if 0.0 < getattr(layer, "rate", 0.0) < 1.0:
            object.__setattr__(layer, "call", _as_in_inference(layer.call))
        if isinstance(layer, GaussianLatent):
            object.__setattr__(layer, "_sample", lambda loc, scale: loc)
        if isinstance(layer, RelaxedAttributes):
            object.__setattr__(layer, "_sample", _without_noise(layer))


def _as_in_inference(call):
    return lambda *args, training=None, **options: call(*args, training=False, **options)


def _without_noise(attributes):
    return lambda parameters, seed, step: tf.sigmoid(attributes.log_odds(parameters))


def noise_sources(model):
    """Every stream of seeds in the model, by layer."""
    return {
        f"{layer.path} {name}": value
        for layer in model._flatten_layers()
        for name, value in vars(layer).items()
        if isinstance(value, NoiseSeeds)
    }
