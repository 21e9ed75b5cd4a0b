"""What diagnosis needs to know of a model: four callables and the data to try them on."""

import dataclasses
import typing

import numpy as np

from keras_vae_collapse.metrics.chunks import count, take


@dataclasses.dataclass(frozen=True)
class LatentModel:
    """A latent-variable model as callables, with a set of inputs; any framework will do.

    Args:
        encode: `encode(inputs) -> (loc, scale)`, the Gaussian posterior of each row, arrays
            `(batch, latent)`.
        log_prob: `log_prob(z, inputs) -> (batch,)`, `log p(x | z)` in nats, summed over the
            positions of a word (the pixels of an image); `z` is float32 `(batch, latent)`.
        inputs: an array, or a dictionary of arrays, at least two rows in front. The
            callables get rows of it. Rows sorted by length let `log_prob` cut the padding.
        decode: `decode(z, inputs) -> list` of outputs, each hashable and shown as text: the
            most probable `x` given `z`. `None` where outputs need not be compared.
        prior: `None` for the standard normal, or a TFP distribution over `(latent,)`.
        labels: text to show for each row, or `None` for its number.
        gold: the expected output of each row, or `None`.

    Raises:
        ValueError: a callable cannot be called, or lengths differ.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.diagnostics import LatentModel, diagnose

    x = np.random.default_rng(0).integers(2, size=(64, 8)).astype("float32")
    encoder = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8)])

    def encode(x):
        loc, raw_scale = np.split(np.asarray(encoder(x)), 2, axis=-1)
        return loc, np.exp(raw_scale)

    def log_prob(z, x):
        return -keras.ops.sum(keras.ops.softplus((1 - 2 * x) * decoder(z)), axis=-1)

    def decode(z, x):
        return ["".join("01"[int(logit > 0)] for logit in row) for row in decoder(z)]

    report = diagnose(LatentModel(encode, log_prob, x, decode), num_samples=10)
    print(report.to_text())
    ```
    """

    encode: typing.Callable
    log_prob: typing.Callable
    inputs: typing.Any
    decode: typing.Callable | None = None
    prior: typing.Any = None
    labels: typing.Sequence | None = None
    gold: typing.Sequence | None = None

    def __post_init__(self):
        for name in ("encode", "log_prob", "decode"):
            value = getattr(self, name)
            if not callable(value) and not (name == "decode" and value is None):
                raise ValueError(f"`{name}` must be callable. Received: {name}={value!r}")
        rows = count(self.inputs)
        for name in ("labels", "gold"):
            value = getattr(self, name)
            if value is not None and len(value) != rows:
                raise ValueError(
                    f"`{name}` must hold one entry for each of the {rows} rows. "
                    f"Received: {len(value)}"
                )

    def __len__(self):
        return count(self.inputs)

    def rows(self, indices):
        """The rows `indices` of the inputs."""
        return take(self.inputs, np.asarray(indices))

    def subset(self, indices):
        """The same model on some of the rows."""
        indices = np.asarray(indices)

        def chosen(values):
            return None if values is None else [values[index] for index in indices]

        return dataclasses.replace(
            self,
            inputs=self.rows(indices),
            labels=chosen(self.labels),
            gold=chosen(self.gold),
        )
