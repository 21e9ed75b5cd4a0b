"""What a fresh process does with a saved model; imports nothing of this package."""

import keras
import numpy as np


def read_inputs(file):
    with np.load(file) as arrays:
        return tuple(arrays[name] for name in arrays.files)


def run(model, arrays):
    """Outputs and losses at inference, as one vector."""
    outputs = keras.tree.flatten(model(arrays if len(arrays) > 1 else arrays[0], training=False))
    return np.concatenate([np.ravel(np.asarray(part)) for part in [*outputs, *model.losses]])
