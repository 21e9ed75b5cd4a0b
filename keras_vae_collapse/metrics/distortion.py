"""The distortion, E_q[-log p(x | z)], per word."""

import keras
import numpy as np
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.metrics.chunks import distortions, encode_all


def distortion(log_prob, encode, inputs, num_samples=1, chunk_size=2048, seed=0):
    """Mean over the set of `E_q(z|x) [-log p(x | z)]`, in nats per word.

    Args:
        log_prob: `log_prob(z, inputs) -> (batch,)`, nats per word; `z` is float32
            `(batch, latent)`.
        encode: `encode(inputs) -> (loc, scale)` of the Gaussian posterior.
        inputs: an array, or a dictionary of arrays, rows in front.
        num_samples: samples of `z` for each word, a positive integer.
        chunk_size: rows given to `log_prob` at a time.
        seed: a non-negative integer.

    Raises:
        ValueError: an argument lies outside its range, or a callable returns a wrong shape.
    """
    check_integer("num_samples", num_samples, low=1)
    rng = np.random.default_rng(check_integer("seed", seed, low=0))
    loc, scale = encode_all(encode, inputs)
    total = 0.0
    for _ in range(num_samples):
        z = loc + scale * rng.standard_normal(loc.shape)
        total += distortions(log_prob, z, inputs, chunk_size).mean()
    return float(total / num_samples)


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class Distortion(keras.metrics.Mean):
    """Mean of `-log p(x | z)` over the words seen, in nats per word.

    Never averaged over characters: the log-probability is that of the whole word.

    Call arguments:
        log_prob: `log p(x | z)` of each word, summed over its characters, `(batch,)`.
        sample_weight: `None`, or a weight for each word.

    Returns:
        A scalar, nats per word; 0 before the first word.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import Distortion

    metric = Distortion()
    metric.update_state(np.array([-3.0, -5.0]))
    assert float(metric.result()) == 4.0
    ```
    """

    def __init__(self, name="distortion", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, log_prob, sample_weight=None):
        super().update_state(ops.negative(ops.convert_to_tensor(log_prob)), sample_weight)
