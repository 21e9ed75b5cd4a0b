"""The one place where random seeds come from.

Every stochastic layer of this package owns a `NoiseSeeds`. The seed of a draw is a pure
function of (layer seed, number of draws so far, replica), so that

- two layers built with the same seed draw the same noise,
- every step draws other noise,
- every replica of a `tf.distribute` strategy draws other noise,
- the number of draws is a weight: it is saved, restored and resumed with the model.
"""

import random as _python_random

import tensorflow as tf

from keras_vae_collapse.core.assignable import unsaved_variables
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.replicas import replica_id


def check_seed(seed):
    """Returns `seed` as an int, or `None` for `None`; nothing is drawn."""
    return None if seed is None else check_integer("seed", seed, low=0)


def seed_in_use(seed):
    """`seed`, or for `None` one that is drawn here.

    What is drawn differs from call to call, and follows `keras.utils.set_random_seed`. A layer
    draws when it is made, as those of Keras do, and keeps the number as `noise_seed`.
    """
    # Where Keras draws the seeds of its own layers from.
    return _python_random.randint(1, 10**9) if seed is None else check_seed(seed)


class NoiseSeeds:
    """A stream of stateless seeds, counted in a weight of `layer`.

    Create it in the layer's `build` (or `__init__`), call `next()` once for every draw.

    Args:
        layer: the Keras layer that draws; it gets a non-trainable int64 weight.
        seed: a non-negative integer, or `None` for one that is drawn, see `seed_in_use`.
        name: name of the weight.
        saved: whether the count is a weight; else the layer has to save `step` itself.

    Attributes:
        seed: the integer in use, given or drawn.
        step: the variable that counts the draws.

    Raises:
        ValueError: `seed` is not a non-negative integer.
    """

    def __init__(self, layer, seed=None, name="noise_step", saved=True):
        self.seed = seed_in_use(seed)
        if not saved:
            self.step = unsaved_variables(layer).add(name, 0, tf.int64)
            return
        self.step = layer.add_weight(
            name=name,
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )

    def next(self, count=1):
        """The next seed, an int32 tensor of shape (2,), ready for `tf.random.stateless_*`.

        `count` may be a scalar tensor; with 0 the draw does not count.
        """
        step = tf.convert_to_tensor(self.step)
        self.step.assign(step + count)
        low = tf.cast(step % (2**31 - 1), tf.int32)
        seed = tf.stack([tf.constant(self.seed % (2**31 - 1), tf.int32), low])
        return tf.random.experimental.stateless_fold_in(seed, replica_id())
