"""A latent-variable model as callables, with the data to measure it on."""

import dataclasses
import typing

import numpy as np

from keras_vae_collapse.metrics import encode_all
from keras_vae_collapse.metrics.chunks import count, distortions, take
from keras_vae_collapse.metrics.posterior import posterior_samples
from keras_vae_collapse.metrics.prior import check_prior, prior_of


@dataclasses.dataclass(frozen=True)
class LatentModel:
    """A latent-variable model as callables, with a set of inputs; any framework will do.

    Args:
        encode: `encode(inputs) -> (loc, scale)`, the Gaussian posterior of each row, arrays
            `(batch, latent)`.
        log_prob: `log_prob(z, inputs) -> (batch,)`, `log p(x | z)` in nats, summed over the
            positions of a sequence (the pixels of an image); `z` is float32 `(batch, latent)`.
        inputs: an array, or a dictionary of arrays, one row per example. The callables get
            some of the rows. Rows sorted by length let `log_prob` cut the padding.
        decode: `decode(z, inputs) -> list` of outputs, each hashable and shown as text: the
            most probable `x` given `z`. `None` where outputs need not be compared.
        prior: `None` for the standard normal, a TFP distribution over `(latent,)`, or a function
            `prior(inputs)` that returns one for each row, `p(z | c)` of a conditional model: with
            a batch `(batch, latent)`, or a batch `(batch,)` and an event of `(latent,)`.
        labels: text to show for each row, or `None` for its number.
        gold: the expected output of each row, or `None`.
        distribution: of posteriors that are no Gaussians: a function of what `encode` returns to a
            TFP distribution with batch shape `(batch,)` and events of shape `(latent,)`, such as
            `VonMisesFisherLatent.posterior`; `None` for Gaussians.

    Raises:
        ValueError: a callable cannot be called, the prior is none, or lengths differ.

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
    distribution: typing.Callable | None = None

    def __post_init__(self):
        for name in ("encode", "log_prob", "decode", "distribution"):
            value = getattr(self, name)
            optional = name in ("decode", "distribution")
            if not callable(value) and not (optional and value is None):
                raise ValueError(f"`{name}` must be callable. Received: {name}={value!r}")
        check_prior(self.prior)
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

    def posterior(self, chunk_size=1024):
        """`(loc, scale)` of every row, float64 `(N, latent)`; `chunk_size` rows at a time."""
        return encode_all(self.encode, self.inputs, chunk_size)

    def prior_of_rows(self, shape):
        """The prior of all rows, `None` for the standard normal, for `z` of a shape.

        Raises:
            ValueError: it does not fit `z`, `(N, latent)`.
        """
        return prior_of(self.prior, self.inputs, shape)

    def sample(self, seed=0, posterior=None):
        """A draw from the posterior of every row, `(N, latent)`.

        Args:
            seed: a non-negative integer, or a NumPy `Generator`.
            posterior: `(loc, scale)` where they are known; else `posterior()` is called.
        """
        loc, scale = self.posterior() if posterior is None else posterior
        return posterior_samples(loc, scale, np.random.default_rng(seed), self.distribution)

    def distortion(self, z, chunk_size=2048):
        """`-log p(x | z)` in nats of every row, float64 `(N,)`, for latents `(N, latent)`."""
        return distortions(self.log_prob, z, self.inputs, chunk_size)

    def outputs(self, z, chunk_size=1024):
        """What `decode` returns for every row, a list, for latents `(N, latent)`.

        Raises:
            ValueError: `decode` does not return one output per row.
        """
        outputs = []
        for start in range(0, len(z), chunk_size):
            rows = np.arange(start, min(start + chunk_size, len(z)))
            chunk = list(self.decode(z[rows].astype(np.float32), self.rows(rows)))
            if len(chunk) != len(rows):
                raise ValueError(
                    f"`decode` must return one output for each of {len(rows)} rows. "
                    f"Received: {len(chunk)}"
                )
            outputs += chunk
        return outputs
