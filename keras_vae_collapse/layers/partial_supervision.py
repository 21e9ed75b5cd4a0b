"""Training on examples with a condition together with others that have none."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer, check_weight
from keras_vae_collapse.core.fixed import Fixed
from keras_vae_collapse.core.named_state import NamedState
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.core.replicas import global_batch_mean
from keras_vae_collapse.layers.checks import check_layer, check_shape
from keras_vae_collapse.losses.weight_schedule import NumberOrSchedule, serialize


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class PartialSupervision(NamedState, keras.layers.Layer):
    """Gives examples without a condition a guessed one, and tells how much each example counts.

    A batch has `L` labelled examples, whose condition `y` is known, and `U` unlabelled ones, which
    are autoencoded with a guess. With `D` and `R` the distortion and the rate of `z` of each
    example, and `w` the weight of the unlabelled ones, a `SequenceVAE` with this layer minimises

    ```
    1 / (L + w U) [   sum over labelled    D(x_s, y, x_t) + R - alpha log q(y | x_t)
                  + w sum over unlabelled  E_q(y|x)[D(x, y, x)] + R + beta KL(q(y|x) || p(y)) ]
    ```

    (with `beta = 1` the semi-supervised bound of Kingma et al. 2014, arXiv:1406.5298, for the
    multi-space model of Zhou & Neubig 2017, arXiv:1704.01691). Where `z` carries a whole sequence
    the decoder needs no `y` of it, and that KL drives the guesses to the prior: the collapse of
    the second latent, which a small `beta` prevents. Rate terms of `z` see all examples with these
    weights, so that a constraint holds for the weighted mean.

    The layer adds what concerns `y`. It logs `classifier_nats`, the mean of `-log q(y | x_t)`
    over labelled examples, and its attributes log `attribute_rate`, the mean KL over unlabelled
    ones. Labelled
    examples without any active entry say nothing of `y` and train no classifier.

    Args:
        attributes: what guesses a condition, such as `CategoricalAttributes`; or `None` for plain
            autoencoding, in which the guess is that no entry is active.
        weight: `w`, a number of at least 0 that can be assigned at any time, or a schedule over
            training steps, such as `LinearAnnealing`.
        classifier_weight: `alpha`, at least 0.
        attribute_weight: `beta`, at least 0.
        guessed_entry: an entry of no attribute that is set to 1 in guessed conditions, or `None`.
            It tells the decoder a guess from a label: wrong guesses teach it to write the sequence
            that it reads whatever `y` says, and without the entry it would do so for labels, too.
        **kwargs: base layer arguments, such as `name`.

    Call arguments:
        condition: binary `(batch, M)`; what it holds of unlabelled examples does not matter.
        labelled: `(batch,)`, 1 for a labelled example, 0 for an unlabelled one.
        encoded: vectors `(batch, d)` of the sequences that have the condition, the targets.
        training: whether guesses are relaxed samples, and the step moves on.

    Output shape:
        The conditions, known ones as they are, `(batch, M)`.

    Raises:
        ValueError: an argument lies outside its range, `attributes` is no layer, or a shape is
            wrong.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import CategoricalAttributes, PartialSupervision

    supervision = PartialSupervision(CategoricalAttributes(3, groups=[[1, 2]]), weight=0.5)
    labelled, encoded = np.array([1.0, 0.0]), np.ones((2, 8))
    condition = supervision(np.array([[0, 1, 0], [0, 0, 0]], "float32"), labelled, encoded)
    assert condition.shape == (2, 3) and np.any(condition[1])
    assert np.allclose(supervision.example_weights(labelled), [4 / 3, 2 / 3])
    ```
    """

    weight = NumberOrSchedule(check_weight)
    attributes, guessed_entry = Fixed(), Fixed()
    classifier_weight, attribute_weight = Fixed(), Fixed()

    def __init__(
        self,
        attributes=None,
        weight=1.0,
        classifier_weight: float = 1.0,
        attribute_weight: float = 1.0,
        guessed_entry: int | None = None,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        self.attributes = check_layer("attributes", attributes)
        self.weight = weight
        self.classifier_weight = check_weight("classifier_weight", classifier_weight)
        self.attribute_weight = check_weight("attribute_weight", attribute_weight)
        if guessed_entry is not None:
            check_integer("guessed_entry", guessed_entry, low=0)
            if guessed_entry in getattr(attributes, "entries", ()):
                raise ValueError(
                    "`guessed_entry` must be an entry of no attribute. "
                    f"Received: guessed_entry={guessed_entry}"
                )
        self.guessed_entry = guessed_entry
        self.classifier_tracker = keras.metrics.Mean(name="classifier_nats", dtype="float32")

    def build(self, condition_shape, labelled_shape=None, encoded_shape=None):
        check_shape("condition", condition_shape, "batch", "M")
        check_shape("encoded", encoded_shape, "batch", "d")
        if self.attributes is not None:
            if not self.attributes.built:
                with keras.name_scope(self.attributes.name):
                    self.attributes.build(encoded_shape)
            if self.attributes.condition_size != condition_shape[-1]:
                raise ValueError(
                    f"`condition` must have condition_size={self.attributes.condition_size} "
                    f"entries, those of `attributes`. Received: shape={tuple(condition_shape)}"
                )
        self.step = self.add_weight(
            name="step",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )
        super().build((condition_shape, labelled_shape, encoded_shape))

    def call(self, condition, labelled, encoded, training=None):
        labelled, weights = tf.cast(labelled, tf.float32), self.example_weights(labelled)
        if training:
            self.step.assign(self.step + 1)
        guess = tf.zeros_like(condition, tf.float32)
        if self.attributes is not None:
            guess = self._guess(condition, labelled, encoded, weights, training)
        if self.guessed_entry is not None:
            guess = tf.maximum(guess, tf.one_hot(self.guessed_entry, guess.shape[-1]))
        return tf.where(labelled[:, None] > 0.5, condition, tf.cast(guess, condition.dtype))

    def example_weights(self, labelled):
        """How much each example counts at this step, of mean 1 over the global batch.

        Ask before the layer is called, which moves the step on.

        Args:
            labelled: as in a call.

        Returns:
            Float32 `(batch,)`, ready as `sample_weight` of a latent.
        """
        labelled = tf.cast(labelled, tf.float32)
        weight = PartialSupervision.weight.tensor_at(self, self.step)
        weights = labelled + (1.0 - labelled) * weight
        return weights / global_batch_mean(weights)

    def _guess(self, condition, labelled, encoded, weights, training):
        """Guessed conditions of all examples; adds the classifier's cost and the rate of `y`."""
        attributes = self.attributes
        parameters = attributes.parameters(encoded, training)
        known = labelled * tf.cast(tf.reduce_any(condition > 0, axis=-1), tf.float32)
        nll = -attributes.log_prob(parameters, tf.cast(condition, tf.float32))  # (batch,)
        rate = attributes.kl(parameters)  # (batch,)
        self.classifier_tracker.update_state(nll, known)
        attributes.rate_tracker.update_state(rate, 1.0 - labelled)
        cost = self.classifier_weight * known * nll
        cost += (1.0 - labelled) * self.attribute_weight * rate
        add_batch_loss(self, weights * cost)
        return attributes.sample(parameters) if training else attributes.mode(parameters)

    def compute_output_shape(self, condition_shape, labelled_shape=None, encoded_shape=None):
        return condition_shape

    def compute_output_spec(self, condition, labelled, encoded, training=None):
        return keras.KerasTensor(condition.shape, condition.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "attributes": keras.saving.serialize_keras_object(self.attributes),
            "weight": serialize(self.weight),
            "classifier_weight": self.classifier_weight,
            "attribute_weight": self.attribute_weight,
            "guessed_entry": self.guessed_entry,
        }

    @classmethod
    def from_config(cls, config):
        attributes = keras.saving.deserialize_keras_object(config["attributes"])
        return cls(**{**config, "attributes": attributes})
