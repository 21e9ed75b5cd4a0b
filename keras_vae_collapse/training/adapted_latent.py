"""A latent that keeps statistics of its inputs, on weights that have not seen training steps."""

import numpy as np

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.metrics import encode_all
from keras_vae_collapse.models.functions import ModelFunctions

_EXAMPLES = 4096
_ROWS = 1024


def make_adapt(model, arrays, seed):
    """A function that fits the statistics of a latent to the weights that the model has.

    Args:
        model: a `SequenceVAE`.
        arrays: the training examples, as `Task.encode` makes them.
        seed: of the draw of examples, at most 4,096.

    Returns:
        A function without arguments, or `None` where the latent keeps no statistics: it has no
        `adapt`.
    """
    if not hasattr(model.latent, "adapt"):
        return None
    count = len(arrays["source"])
    rows = np.arange(count)
    if count > _EXAMPLES:
        rows = np.sort(np.random.default_rng(seed).choice(count, _EXAMPLES, replace=False))
    source = np.asarray(arrays["source"][rows])
    source = source[np.argsort((source != PAD).sum(axis=1), kind="stable")]
    encode = ModelFunctions(model).encode
    return lambda: model.latent.adapt(encode_all(encode, {"source": source}, _ROWS)[0])
