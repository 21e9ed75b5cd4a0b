"""The variational autoencoder of sequences."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.layers.checks import check_layer
from keras_vae_collapse.models.build_once import build_once
from keras_vae_collapse.models.decoding_steps import decode


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

    Call arguments:
        inputs: a dictionary with `"target"` ids `(batch, T)`, `"source"` ids `(batch, S)` (by
            default the target), and binary `"condition"` `(batch, M)` if there is one. Sequences
            are ended by the end symbol and padded on the right with 0.

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

    parts = ("encoder", "latent", "decoder", "bag_of_chars", "bag_of_chars_head")

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
        self.distortion_tracker = keras.metrics.Mean(name="distortion")
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
        self.built = True

    def latent_inputs(self, source, training=None):
        """What the latent sees of the source ids `(batch, S)`."""
        encoded = self.encoder(source, training=training)
        if self.bag_of_chars is not None:
            bag = tf.cast(self.bag_of_chars(source), encoded.dtype)
            encoded = tf.concat([encoded, bag], axis=-1)
        return encoded

    def call(self, inputs, training=None):
        target, condition = inputs["target"], inputs.get("condition")
        source = inputs.get("source", target)
        z = self.latent(self.latent_inputs(source, training), training=training)
        if self.bag_of_chars_head is not None:
            self.bag_of_chars_head(z, source)
        logits = self.decoder(z, condition, target, training=training)
        distortion = sequence_nll(logits, target)  # (batch,)
        add_batch_loss(self, distortion)
        self.distortion_tracker.update_state(distortion)
        return logits

    def encode_ids(self, source):
        """Source ids to the posterior's `loc` and `scale`, each `(batch, latent_dim)`."""
        return self.latent.parameters(self.latent_inputs(source))

    def log_prob(self, z, condition, target):
        """`log p(x_t | z, y)` in nats per example, `(batch,)`."""
        return -sequence_nll(self.decoder(z, condition, target, training=False), target)

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
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


def sequence_nll(logits, target):
    """`-log p(x)` in nats per example: summed over the positions, padding not counted."""
    nll = tf.nn.sparse_softmax_cross_entropy_with_logits(target, tf.cast(logits, tf.float32))
    return tf.reduce_sum(tf.where(target != PAD, nll, 0.0), axis=-1)
