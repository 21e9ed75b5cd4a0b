"""Trainable mixture prior."""

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.softplus import softplus_inverse

tfd = tfp.distributions

# Keeps a component from shrinking to a point, where its density has no bound.
MINIMUM_SCALE = 1e-2


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class MixturePrior(NamedState, keras.layers.Layer):
    """A prior that is a mixture of diagonal Gaussians, trained with the model.

    ```
    p(z) = sum_k pi_k prod_d N(z_d; mu_kd, sigma_kd^2)
    pi = softmax(a),   sigma = softplus(b) + 0.01
    ```

    A prior that moves to where the posteriors are costs them less rate than a fixed one does
    (Dilokthanakul et al. 2016, arXiv:1611.02648; Tomczak & Welling 2018, arXiv:1705.07120).
    Pass it to a latent layer, `GaussianLatent(latent_dim, rate_term, prior=MixturePrior(..))`.
    There is no closed form of the rate: rate terms estimate it from samples. The density is
    computed in float32 whatever the precision policy.

    Before training the weights are equal, the scales 1, and the locations drawn from
    `N(0, initial_spread^2)`.

    Args:
        components: number of components, a positive integer.
        latent_dim: number of latent dimensions, a positive integer.
        initial_spread: standard deviation of the locations before training, in [0, inf).
            Components of equal locations stay equal, so use 0 with one component only.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        z: latent vectors `(batch, latent_dim)`.

    Output shape:
        `log p(z)` in nats per example, float32 `(batch,)`.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import MixturePrior

    prior = MixturePrior(components=3, latent_dim=2)
    assert prior(np.zeros((5, 2))).shape == (5,)
    assert prior.distribution().event_shape == (2,)
    ```
    """

    components, latent_dim, initial_spread = Fixed(), Fixed(), Fixed()

    def __init__(self, components: int, latent_dim: int, initial_spread: float = 1.0, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.components = check_integer("components", components, low=1)
        self.latent_dim = check_integer("latent_dim", latent_dim, low=1)
        self.initial_spread = check_number("initial_spread", initial_spread, low=0.0)

    def build(self, input_shape=None):
        def weight(name, shape, initializer):
            # The prior may be asked inside a layer that casts weights to half precision.
            return self.add_weight(
                name=name, shape=shape, initializer=initializer, dtype="float32", autocast=False
            )

        shape = (self.components, self.latent_dim)
        self.logits = weight("logits", (self.components,), "zeros")
        self.loc = weight("loc", shape, keras.initializers.RandomNormal(stddev=self.initial_spread))
        self.raw_scale = weight(
            "raw_scale",
            shape,
            keras.initializers.Constant(softplus_inverse(1.0 - MINIMUM_SCALE)),
        )
        super().build(input_shape)

    def distribution(self):
        """The mixture as a TFP distribution with an event of shape `(latent_dim,)`."""
        if not self.built:
            self.build()
        scale = tf.math.softplus(tf.convert_to_tensor(self.raw_scale)) + MINIMUM_SCALE
        return tfd.MixtureSameFamily(
            tfd.Categorical(logits=tf.convert_to_tensor(self.logits)),
            tfd.MultivariateNormalDiag(tf.convert_to_tensor(self.loc), scale),
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
            "latent_dim": self.latent_dim,
            "initial_spread": self.initial_spread,
        }
