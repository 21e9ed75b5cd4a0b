"""Reading slots in the order of their places."""

import keras
from keras import ops

from keras_vae_collapse._checks import check_integer, check_number
from keras_vae_collapse.layers.places import place_vectors, spaced_places


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class PlaceReader(keras.layers.Layer):
    """Reads slots step by step from the first to the last, whatever they hold.

    ```
    a_t = softmax over k of r_k . p(t)                  t = 0 .. length - 1
    c_t = sum_k a_tk s_k
    ```

    with the sinusoids `p` of `layers.places` and a learned `r_k` that starts at `p(spacing k)`,
    `k = 0, 1, ...`. No state is asked, so all steps are read at once, in front of a recurrence: its
    input at step `t` then holds what the slots say about place `t`. In slots of a latent vector
    (see `LatentAttention`) that spares the decoder from carrying `z` along in its state. Words
    whose places shift between input and output need a `LatentAttention` beside it. The weights
    are computed in float32 whatever the precision policy.

    (Our own: attention of Vaswani et al. 2017, arXiv:1706.03762, with their sinusoids as the only
    keys and queries.)

    Args:
        slots: number of slots, a positive integer.
        spacing: distance of the first places of neighbouring slots, in steps (characters),
            greater than 0.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        memory: slots `(batch, slots, units)`.
        length: number of steps, an integer or a scalar integer tensor.

    Output shape:
        `(batch, length, units)`.

    Raises:
        ValueError: `slots` is not a positive integer, `spacing` is not positive, or `memory` does
            not hold `slots` slots.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import PlaceReader

    reader = PlaceReader(slots=3, spacing=2.0)
    contexts = reader(np.ones((2, 3, 4)), length=6)
    assert contexts.shape == (2, 6, 4)
    ```
    """

    def __init__(self, slots, spacing, **kwargs):
        super().__init__(**kwargs)
        self.slots = check_integer("slots", slots, low=1)
        self.spacing = check_number("spacing", spacing, low=0.0, open_low=True)

    def build(self, memory_shape):
        if len(memory_shape) != 3 or memory_shape[1] != self.slots:
            raise ValueError(
                f"`memory` must have shape (batch, {self.slots}, units). "
                f"Received: shape={tuple(memory_shape)}"
            )
        self.places = spaced_places(self, "places")
        super().build(memory_shape)

    def call(self, memory, length):
        scores = ops.matmul(place_vectors(ops.arange(length)), self.places)  # (length, slots)
        weights = ops.cast(ops.softmax(scores, axis=-1), self.compute_dtype)
        return ops.matmul(weights, memory)

    def compute_output_spec(self, memory, length):
        steps = length if isinstance(length, int) else None
        shape = (memory.shape[0], steps, memory.shape[-1])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "slots": self.slots, "spacing": self.spacing}
