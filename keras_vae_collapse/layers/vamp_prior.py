"""Prior that is a mixture of posteriors."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState

tfd = tfp.distributions


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class VampPrior(NamedState, keras.layers.Layer):
    """A prior that is a mixture of the posteriors of learned pseudo-inputs.

    ```
    p(z) = 1/K sum_k q(z | u_k)
    ```

    (Tomczak & Welling 2018, "VAE with a VampPrior", arXiv:1705.07120.) The prior that costs least
    is the aggregate posterior; this one is made of the same encoder, and follows it wherever it
    goes, with the pseudo-inputs `u_k` as its only weights. What a fixed prior asks of all
    posteriors, to look alike, this one does not. It does not forbid it either: where all
    posteriors are one, so is the prior, at no rate.

    Symbols have no gradient. So pseudo-inputs of sequences are embedded already, `length` vectors
    of the size of the encoder's embedding; those of inputs that are vectors have no length.

    A `SequenceVAE` binds the prior of its latent to its encoder. In a model of your own `bind` it,
    once the model is made or loaded, as a function is no part of a file:

    ```
    prior.bind(lambda u: latent.parameters(encoder(u)))
    ```

    There is no closed form of the rate: rate terms estimate it from samples. The density is
    computed in float32 whatever the precision policy.

    Args:
        components: number `K` of pseudo-inputs, a positive integer.
        embedding_dim: size of the last axis of a pseudo-input, a positive integer.
        length: positions of a pseudo-input; 0 for vectors.
        initial_spread: standard deviation of the pseudo-inputs before training, greater than 0.
            Equal ones would stay equal.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.

    Output shape:
        `log p(z)` in nats per example, float32 `(batch,)`.

    Raises:
        ValueError: an argument lies outside its range, or the prior is bound to no encoder.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.layers import GaussianLatent, VampPrior
    from keras_vae_collapse.losses import GaussianNLL, KLDivergence

    x = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
    encoder, prior = keras.layers.Dense(16, "tanh"), VampPrior(components=4, embedding_dim=8)
    latent = GaussianLatent(2, rate_term=KLDivergence(), prior=prior)
    prior.bind(lambda u: latent.parameters(encoder(u)))
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dense(8)(latent(encoder(inputs))))
    model.compile("adam", GaussianNLL())
    model.fit(x, x, verbose=0)
    assert prior.distribution().sample(5).shape == (5, 2)
    ```
    """

    components, embedding_dim, length, initial_spread = Fixed(), Fixed(), Fixed(), Fixed()

    def __init__(
        self,
        components: int,
        embedding_dim: int,
        length: int = 0,
        initial_spread: float = 1.0,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        self.components = check_integer("components", components, low=1)
        self.embedding_dim = check_integer("embedding_dim", embedding_dim, low=1)
        self.length = check_integer("length", length, low=0)
        self.initial_spread = check_number("initial_spread", initial_spread, low=0.0, open_low=True)
        self._encode = None

    def build(self, input_shape=None):
        steps = (self.length,) * bool(self.length)
        self.pseudo_inputs = self.add_weight(
            name="pseudo_inputs",
            shape=(self.components, *steps, self.embedding_dim),
            initializer=keras.initializers.RandomNormal(stddev=self.initial_spread),
            dtype="float32",
            autocast=False,
        )
        super().build(input_shape)

    def bind(self, encode):
        """Says whose posteriors the components are.

        Args:
            encode: function of the pseudo-inputs, float32 `(components, [length,] embedding_dim)`,
                that returns `loc` and `scale` of their posteriors, `(components, latent_dim)`.
        """
        self._encode = encode

    def distribution(self):
        """The mixture as a TFP distribution with an event of shape `(latent_dim,)`."""
        if self._encode is None:
            raise ValueError(
                f"VampPrior {self.name!r} is bound to no encoder: call "
                "`prior.bind(lambda u: latent.parameters(encoder(u)))` once the model is made or "
                "loaded"
            )
        if not self.built:
            self.build()
        loc, scale = self._encode(tf.convert_to_tensor(self.pseudo_inputs))
        return tfd.MixtureSameFamily(
            tfd.Categorical(logits=tf.zeros([self.components])),
            tfd.MultivariateNormalDiag(tf.cast(loc, tf.float32), tf.cast(scale, tf.float32)),
        )

    def call(self, z):
        return self.distribution().log_prob(tf.cast(z, tf.float32))

    def compute_output_shape(self, input_shape):
        return (input_shape[0],)

    def compute_output_spec(self, z):
        return keras.KerasTensor((z.shape[0],), dtype="float32")

    def get_config(self):
        return {
            **super().get_config(),
            "components": self.components,
            "embedding_dim": self.embedding_dim,
            "length": self.length,
            "initial_spread": self.initial_spread,
        }
