"""The variational autoencoder of sequences."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.layers.checks import check_layer
from keras_vae_collapse.models.build_once import build_once
from keras_vae_collapse.models.decoding_steps import decode
from keras_vae_collapse.models.output_positions import log_likelihood
from keras_vae_collapse.models.sequence_nll import sequence_nll
from keras_vae_collapse.models.weighted_samples import weigh_samples


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class SequenceVAE(keras.Model):
    """One sequence in, the same or another out, all that passes between them through `z`.

    ```
    q(z | x_s)     = N(mu(x_s), diag sigma(x_s)^2)      encoder, latent
    p(x_t | z, y)  = prod_i p(x_t,i | x_t,<i, z, y)     decoder
    loss           = D + rate term,   D = E_q[-log p(x_t | z, y)]
    ```

    in nats per example, averaged over the batch; the distortion is summed over positions. An
    autoencoder has `x_t = x_s`; a condition `y` is optional. Parts are layers; swap any of them.

    Args:
        encoder: ids `(batch, length)` to vectors `(batch, d)`, e.g. `GRUEncoder`.
        latent: those vectors to `z`, with the rate term inside, e.g. `GaussianLatent`.
        decoder: a `SequenceDecoder`.
        max_length: most symbols that decoding writes, end symbol not counted.
        condition_size: number of entries of the condition, 0 for none.
        bag_of_chars: a `BagOfChars` whose output for the source joins the encoder's, or `None`.
        bag_of_chars_head: a `BagOfCharsHead` that predicts the source's symbols from `z`, or
            `None`.
        codec: a layer that takes strings to ids and back, for a variant that has strings at its
            ends; or `None`.
        supervision: a `PartialSupervision`, with which examples without a condition can be
            trained on as well; or `None`.

    Call arguments:
        inputs: a dictionary with `"target"` ids `(batch, T)`, `"source"` ids `(batch, S)` (by
            default the target), and binary `"condition"` `(batch, M)` if there is one. Sequences
            are ended by the end symbol and padded on the right with 0. With a `supervision` also
            `"labelled"` `(batch,)`, 0 for an example whose condition is unknown and whose source
            is its target; by default all conditions are known.

    Output shape:
        Logits `(batch, T, vocabulary size)`.

    Raises:
        ValueError: a size is out of range, or a part is no layer.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
    from keras_vae_collapse.losses import MDRConstraint
    from keras_vae_collapse.models import SequenceDecoder, SequenceVAE

    model = SequenceVAE(
        encoder=GRUEncoder(vocabulary_size=9, units=16),
        latent=GaussianLatent(4, rate_term=MDRConstraint(10.0)),
        decoder=SequenceDecoder(vocabulary_size=9, recurrence=GRUDecoder(16)),
        max_length=5,
    )
    ids = np.array([[4, 5, 3], [6, 3, 0]])
    assert model({"target": ids}).shape == (2, 3, 9)
    ```
    """

    parts = ("encoder", "latent", "decoder", "bag_of_chars", "bag_of_chars_head", "supervision")

    def __init__(
        self,
        encoder,
        latent,
        decoder,
        max_length: int,
        condition_size: int = 0,
        bag_of_chars=None,
        bag_of_chars_head=None,
        codec=None,
        supervision=None,
        **kwargs,
    ):
        # The parts have policies of their own; what is added up over batches has none.
        super().__init__(**{"dtype": keras.config.floatx(), **kwargs})
        self.encoder = check_layer("encoder", encoder, optional=False)
        self.latent = check_layer("latent", latent, optional=False)
        self.decoder = check_layer("decoder", decoder, optional=False)
        self.max_length = check_integer("max_length", max_length, low=1)
        self.condition_size = check_integer("condition_size", condition_size, low=0)
        # Backward states of a decoder without history begin where decoding ends, in training too.
        decoder.max_length = max(decoder.max_length, self.max_length + 1)
        self.bag_of_chars = check_layer("bag_of_chars", bag_of_chars)
        self.bag_of_chars_head = check_layer("bag_of_chars_head", bag_of_chars_head)
        self.codec = check_layer("codec", codec)
        self.supervision = check_layer("supervision", supervision)
        # Rows are picked by what a batch holds, which XLA cannot compile.
        self.supports_jit = supervision is None
        self.distortion_tracker = keras.metrics.Mean(name="distortion")
        if hasattr(self.latent.prior, "bind"):
            self._check_pseudo_inputs()
            self.latent.prior.bind(self._pseudo_posteriors)
        self.build()

    def build(self, input_shape=None):
        """Builds every part; sizes do not depend on `input_shape`."""
        if self.built:
            return
        ids = (None, None)
        build_once(self.encoder, ids)
        encoded = self.encoder.compute_output_shape(ids)
        if self.bag_of_chars is not None:
            bag = self.bag_of_chars.compute_output_shape(ids)
            encoded = (None, encoded[-1] + bag[-1])
        build_once(self.latent, encoded)
        z = self.latent.compute_output_shape(encoded)
        build_once(self.bag_of_chars_head, z, ids)
        build_once(self.decoder, z, (None, self.condition_size), ids)
        build_once(self.supervision, (None, self.condition_size), (None,), encoded)
        self.built = True

    def latent_inputs(self, source, training=None):
        """What the latent sees of the source ids `(batch, S)`."""
        encoded = self.encoder(source, training=training)
        if self.bag_of_chars is not None:
            bag = tf.cast(self.bag_of_chars(source), encoded.dtype)
            encoded = tf.concat([encoded, bag], axis=-1)
        return encoded

    def _check_pseudo_inputs(self):
        if self.bag_of_chars is not None or not hasattr(self.encoder, "encode_embedded"):
            raise ValueError(
                f"{type(self.latent.prior).__name__} needs an encoder with a method "
                "`encode_embedded`, and nothing beside it that reads ids (`bag_of_chars`). "
                f"Received: encoder={self.encoder!r}, bag_of_chars={self.bag_of_chars!r}"
            )

    def _pseudo_posteriors(self, embedded):
        """Posteriors of sequences that are embedded already, for a prior that is made of them."""
        visible = tf.ones(tf.shape(embedded)[:2], tf.bool)
        return self.latent.parameters(self.encoder.encode_embedded(embedded, visible))

    def call(self, inputs, training=None):
        target, condition = inputs["target"], inputs.get("condition")
        source = inputs.get("source", target)
        if self.supervision is None:
            encoded, weighted = self.latent_inputs(source, training), {}
        else:
            encoded, condition, weight = self._supervised(source, inputs, training)
            weighted = {"sample_weight": weight}
        if training and hasattr(self.latent.rate_term, "bound"):
            given = source, condition, target
            logits, distortion = weigh_samples(self, encoded, *given, **weighted)
        else:
            z = self.latent(encoded, training=training, **weighted)
            logits = self.logits(z, source, condition, target, training)
            distortion = sequence_nll(logits, target)  # (batch,)
        if weighted:
            distortion *= weighted["sample_weight"]
        if hasattr(self.latent.rate_term, "observe"):
            self.latent.rate_term.observe(distortion)
        add_batch_loss(self, distortion)
        self.distortion_tracker.update_state(distortion)
        return logits

    def logits(self, z, source, condition, target, training=None):
        """Logits `(batch, T, vocabulary)` of the decoder; the heads add their losses."""
        if self.bag_of_chars_head is not None:
            self.bag_of_chars_head(z, source)
        return self.decoder(z, condition, target, training=training)

    def _supervised(self, source, inputs, training):
        """What the latent sees, conditions (unknown ones guessed), and weights of examples."""
        target, labelled = inputs["target"], inputs.get("labelled")
        if labelled is None:
            labelled = tf.ones(tf.shape(target)[:1])
        if self.supervision.attributes is None:
            encoded = of_targets = self.latent_inputs(source, training)
        else:
            # The condition is that of the target. An unlabelled example's is its source, so the
            # others' are encoded below the sources, in one pass.
            rows, count = tf.where(labelled > 0.5), tf.shape(source)[0]  # (labelled, 1)
            both = self.latent_inputs(stacked(source, tf.gather_nd(target, rows)), training)
            encoded = both[:count]
            of_targets = tf.tensor_scatter_nd_update(encoded, rows, both[count:])
        weights = self.supervision.example_weights(labelled)
        condition = self.supervision(inputs["condition"], labelled, of_targets, training=training)
        return encoded, condition, weights

    def encode_ids(self, source):
        """Source ids to the posterior's `loc` and `scale`, each `(batch, latent_dim)`."""
        return self.latent.parameters(self.latent_inputs(source))

    def log_prob(self, z, condition, target):
        """`log p(x_t | z, y)` in nats per example, `(batch,)`."""
        return log_likelihood(self.decoder, z, condition, target)

    def sample_prior(self, count, seed):
        """`count` latent vectors drawn from the prior, for an int32 seed of shape (2,)."""
        if self.latent.prior is None:
            return tf.random.stateless_normal([count, self.latent.latent_dim], seed, alg="philox")
        return self.latent.prior.distribution().sample(count, seed=seed)

    def decode(self, z, condition=None, beam_width=1):
        """The most probable sequences: ids `(batch, beam_width, length)` and their log p."""
        return decode(self.decoder, z, condition, self.max_length, beam_width)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "max_length": self.max_length,
            "condition_size": self.condition_size,
            **{part: serialize(getattr(self, part)) for part in self.parts},
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for part in cls.parts:
            config[part] = keras.saving.deserialize_keras_object(config.get(part))
        return cls(**config)


def stacked(ids, other_ids):
    """Padded sequences, one set below the other."""
    width = tf.maximum(tf.shape(ids)[1], tf.shape(other_ids)[1])
    parts = [tf.pad(part, [[0, 0], [0, width - tf.shape(part)[1]]]) for part in (ids, other_ids)]
    return tf.concat(parts, axis=0)
