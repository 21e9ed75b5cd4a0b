"""A skip connection from the latent to the output of a decoder."""

import keras
from keras import ops

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.layers.checks import check_shape


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class LatentSkip(keras.layers.Layer):
    """Joins `z` to what a layer of the decoder gives, so that no depth lies between them.

    ```
    s_t = tanh(W_h h_t + W_z z + b)
    ```

    The skip-VAE of Dieng et al. 2018, "Avoiding Latent Variable Collapse with Generative Skip
    Models", arXiv:1807.04863, has one after every layer of the decoder: the mutual information of
    data and latent is then at least that of the same model without them. Decoders of sequences
    such as `GRUDecoder` see `z` at every step of their input already; one of these after the
    states lets it enter the output as well. It helps a decoder that loses `z` on the way; it takes
    nothing from one that does without.

    Args:
        units: size of the output, a positive integer.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        states: `(batch, length, state_dim)`, or `(batch, state_dim)` of a layer without steps.
        z: latent vectors `(batch, latent_dim)`.

    Output shape:
        That of the states, the last axis `units`.

    Raises:
        ValueError: `units` is not a positive integer, or a rank is wrong.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import LatentSkip

    skip = LatentSkip(units=8)
    assert skip(np.zeros((2, 5, 4)), np.ones((2, 3))).shape == (2, 5, 8)
    ```
    """

    units = Fixed()

    def __init__(self, units: int, **kwargs):
        super().__init__(**kwargs)
        self.units = check_integer("units", units, low=1)
        policy = self.dtype_policy
        self.of_states = keras.layers.Dense(units, dtype=policy, name="of_states")
        self.of_z = keras.layers.Dense(units, use_bias=False, dtype=policy, name="of_z")

    def build(self, states_shape, z_shape):
        if len(states_shape) != 2:
            check_shape("states", states_shape, "batch", "length", "state_dim")
        check_shape("z", z_shape, "batch", "latent_dim")
        self.of_states.build(states_shape)
        self.of_z.build(z_shape)
        super().build((states_shape, z_shape))

    def call(self, states, z):
        return self.join(states, self.prepare(z))

    def prepare(self, z):
        """`W_z z`, which no step changes, `(batch, units)`."""
        return self.of_z(z)

    def join(self, states, of_z):
        """The output for states, of many steps or of one, and what `prepare` gives."""
        if len(states.shape) == 3:
            of_z = of_z[:, None]
        return ops.tanh(self.of_states(states) + of_z)

    def compute_output_shape(self, states_shape, z_shape):
        return (*states_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
