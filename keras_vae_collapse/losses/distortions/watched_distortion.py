"""A distortion that a rate term is told of."""

import keras
from keras import ops

from keras_vae_collapse.core.shared_parts import deserialize_part, serialize_part, use_part


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class WatchedDistortion(keras.losses.Loss):
    """A loss as it is, which tells a rate term in each batch what the distortion was.

    For rate terms that go by the distortion, such as `GECO`, in a model that gets its loss by
    `compile`. The rate term is that of the model's latent; a saved model keeps them one.

    Args:
        distortion: a Keras loss in nats per example, such as `SequenceNLL()`: without its
            reduction it has one number for each example.
        rate_term: a rate term with a method `observe`.
        name: of the loss.

    Call arguments, shapes and masks are those of `distortion`.

    Raises:
        ValueError: `distortion` is no Keras loss, `rate_term` has no `observe`, or the
            distortion has more than one number for an example, as the averages of Keras have.

    Example: see `GECO`.

    ```python
    import numpy as np
    from keras_vae_collapse.losses import GECO, GaussianNLL, WatchedDistortion

    x, y = np.zeros((4, 3)), np.ones((4, 3))
    assert WatchedDistortion(GaussianNLL(), GECO(1.0))(x, y) == GaussianNLL()(x, y)
    ```
    """

    def __init__(self, distortion, rate_term, name: str = "watched_distortion"):
        super().__init__(name, reduction="sum_over_batch_size")
        if not isinstance(distortion, keras.losses.Loss):
            raise ValueError(f"`distortion` must be a Keras loss. Received: {distortion!r}")
        if isinstance(rate_term, type) or not callable(getattr(rate_term, "observe", None)):
            raise ValueError(
                "`rate_term` must have a method observe(distortion), an object and not a class. "
                f"Received: rate_term={rate_term!r}"
            )
        self.distortion, self.rate_term = distortion, rate_term
        config = {**distortion.get_config(), "reduction": None}
        self._of_examples = type(distortion).from_config(config)
        use_part(self, rate_term)

    def __call__(self, y_true, y_pred, sample_weight=None):
        nats = self._of_examples(y_true, y_pred, sample_weight)
        if len(nats.shape) != 1:
            raise ValueError(
                "`distortion` must have one number for each example, summed over its elements, as "
                f"SequenceNLL has. Received: {self.distortion!r}, of shape {tuple(nats.shape)}"
            )
        self.rate_term.observe(nats)
        return ops.mean(nats)

    def get_config(self):
        return {
            "name": self.name,
            "distortion": keras.saving.serialize_keras_object(self.distortion),
            "rate_term": serialize_part(self.rate_term),
        }

    @classmethod
    def from_config(cls, config):
        distortion = keras.saving.deserialize_keras_object(config["distortion"])
        user = f"{cls.__name__} {config['name']!r}"
        rate_term = deserialize_part(config["rate_term"], user, "rate_term")
        return cls(distortion, rate_term, config["name"])
