"""Two logical CPUs, and the same model with and without them."""

import keras
import tensorflow as tf
from noise import switch_noise_off

from keras_vae_collapse.distribute.strategy import make_strategy

# `conftest` has divided the CPU.
TWO = make_strategy("mirrored", logical_cpus=2)
ONE = tf.distribute.OneDeviceStrategy("CPU:0")


def build(name, vocabulary, strategy, noise=False, **settings):
    """The model of a recipe, tiny, the same weights whatever the strategy; not compiled."""
    from training_runs import tiny

    from keras_vae_collapse import training
    from keras_vae_collapse.tasks import ReinflectionTask

    task = ReinflectionTask.from_examples([], [], vocabulary)
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = training.build(tiny(name, **settings), task, seed=3)
    if not noise:
        switch_noise_off(model)
    return model


def weights(model):
    """The weights as float64 arrays."""
    return [keras.ops.convert_to_numpy(w).astype("float64") for w in model.weights]
