"""The variational autoencoder of the article, for morphological reinflection."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.replica_losses import add_batch_loss
from keras_vae_collapse.models.decoding import beam_search
from keras_vae_collapse.models.sequence_decoder import never_emitted
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ReinflectionVAE(keras.Model):
    """Source word and target features in, inflected word out, all of the word through `z`.

    ```
    q(z | x_s)     = N(mu(x_s), diag sigma(x_s)^2)      encoder, latent
    p(x_t | z, y)  = prod_i p(x_t,i | x_t,<i, z, y)     decoder
    loss           = D + rate term,   D = E_q[-log p(x_t | z, y)]
    ```

    in nats per word, averaged over the batch. Parts are layers; swap any of them.

    Args:
        vocabulary: a `Vocabulary`.
        encoder: ids `(batch, length)` to features `(batch, d)`, e.g. `WordEncoder`.
        latent: features to `z`, with the rate term inside, e.g. `GaussianLatent`.
        decoder: an `InflectionDecoder`.
        bag_of_chars: a `BagOfChars` whose features of the source join the encoder's, or
            `None`.
        bag_of_chars_head: a `BagOfCharsHead` that predicts the source's characters from `z`,
            or `None`.

    Call arguments:
        inputs: a dictionary with `"source"` ids `(batch, S)`, `"features"` binary
            `(batch, M)` and `"target"` ids `(batch, T)`, words ended by the end symbol and
            padded on the right with 0.

    Output shape:
        Logits `(batch, T, vocabulary size)`.

    Example:

    ```python
    from keras_vae_collapse.data import Example, Vocabulary
    from keras_vae_collapse.layers import GaussianLatent, WordEncoder
    from keras_vae_collapse.losses import MDRConstraint
    from keras_vae_collapse.models import InflectionDecoder, ReinflectionVAE

    vocabulary = Vocabulary.from_examples([Example("evler", "pos=N,case=ABL,num=SG", "evden")])
    model = ReinflectionVAE(
        vocabulary,
        encoder=WordEncoder(vocabulary.size, units=16, char_dim=8),
        latent=GaussianLatent(4, rate_term=MDRConstraint(10.0)),
        decoder=InflectionDecoder(vocabulary.size, units=16, char_dim=8, feature_dim=8),
    )
    forms = model.inflect(["evler"], ["pos=N,case=ABL,num=SG"])
    loc, scale = model.encode(["evler"])
    assert len(forms) == 1 and loc.shape == (1, 4)
    ```
    """

    def __init__(
        self,
        vocabulary,
        encoder,
        latent,
        decoder,
        bag_of_chars=None,
        bag_of_chars_head=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(vocabulary, Vocabulary):
            raise ValueError(f"`vocabulary` must be a Vocabulary. Received: {vocabulary!r}")
        self.vocabulary = vocabulary
        self.encoder = encoder
        self.latent = latent
        self.decoder = decoder
        self.bag_of_chars = bag_of_chars
        self.bag_of_chars_head = bag_of_chars_head
        self.codec = WordCodec(vocabulary, name="codec")
        self.distortion_tracker = keras.metrics.Mean(name="distortion")
        self.chunk_size = 256
        self.build()

    def build(self, input_shape=None):
        """Builds every part; sizes do not depend on `input_shape`."""
        if self.built:
            return
        words = (None, None)
        _build(self.encoder, words)
        encoded = self.encoder.compute_output_shape(words)
        if self.bag_of_chars is not None:
            bag = self.bag_of_chars.compute_output_shape(words)
            encoded = (None, encoded[-1] + bag[-1])
        _build(self.latent, encoded)
        z = self.latent.compute_output_shape(encoded)
        if self.bag_of_chars_head is not None:
            _build(self.bag_of_chars_head, z, words)
        _build(self.decoder, z, (None, self.vocabulary.feature_size), words)
        self.built = True

    def encode_features(self, source, training=None):
        """What the latent sees of the source ids `(batch, S)`."""
        features = self.encoder(source, training=training)
        if self.bag_of_chars is not None:
            bag = tf.cast(self.bag_of_chars(source), features.dtype)
            features = tf.concat([features, bag], axis=-1)
        return features

    def call(self, inputs, training=None):
        source, features, target = inputs["source"], inputs["features"], inputs["target"]
        z = self.latent(self.encode_features(source, training), training=training)
        if self.bag_of_chars_head is not None:
            self.bag_of_chars_head(z, source)
        logits = self.decoder(z, features, target, training=training)
        distortion = word_nll(logits, target)  # (batch,)
        add_batch_loss(self, distortion)
        self.distortion_tracker.update_state(distortion)
        return logits

    # Ids in, tensors out: what metrics and diagnosis are made of.

    def encode_ids(self, source):
        """Source ids to the posterior's `loc` and `scale`, each `(batch, latent_dim)`."""
        return self.latent.parameters(self.encode_features(source))

    def log_prob(self, z, features, target):
        """`log p(x_t | z, y)` in nats per word, `(batch,)`."""
        return -word_nll(self.decoder(z, features, target, training=False), target)

    def sample_prior(self, count, seed):
        """`count` latent vectors drawn from the prior, for an int32 seed of shape (2,)."""
        if self.latent.prior is None:
            return tf.random.stateless_normal([count, self.latent.latent_dim], seed, alg="philox")
        return self.latent.prior.distribution().sample(count, seed=seed)

    @property
    def max_form_length(self):
        """The longest form, in characters, that decoding can give."""
        return self.vocabulary.max_form_length

    def decode_ids(self, z, features, beam_width=1):
        """The most probable words: ids `(batch, beam_width, length)` and their log p."""
        state, step = self.decoder.stepper(z, features, self.max_form_length + 1)
        return beam_search(
            step,
            state,
            tf.shape(z)[0],
            self.max_form_length,
            beam_width,
            never_emitted(self.vocabulary.size),
        )

    # Strings in, strings out.

    def inflect_strings(self, sources, features, beam_width=1):
        """String tensors `(N,)` to the best forms `(N, beam_width)` and their log p, in graph."""
        loc, _ = self.encode_ids(self.codec.word_ids(sources))
        ids, log_p = self.decode_ids(loc, self.codec.feature_vector(features), beam_width)
        return self.codec.words(ids), log_p

    @tf.function(reduce_retracing=True)
    def _inflect_chunk(self, sources, features, beam_width):
        return self.inflect_strings(sources, features, beam_width)

    @tf.function(reduce_retracing=True)
    def _encode_chunk(self, sources):
        return self.encode_ids(self.codec.word_ids(sources))

    def _in_chunks(self, function, *columns):
        """Applies `function` to chunks of like lengths, in bounded memory, keeping the order."""
        limit = self.codec.max_characters
        for word in columns[0]:
            if len(word) > limit and (isinstance(word, str) or len(word) > 4 * limit):
                raise ValueError(
                    f"`sources` must be words of at most {limit} characters. "
                    f"Received: a word of {len(word):,}, {word[:20]!r}..."
                )
        columns = [_as_bytes(column) for column in columns]
        if len({len(column) for column in columns}) > 1:
            raise ValueError(
                "`sources` and `features` must be equally many. Received: "
                + " and ".join(str(len(column)) for column in columns)
            )
        order = np.argsort([len(word) for word in columns[0]], kind="stable")
        results = [None] * len(order)
        for start in range(0, len(order), self.chunk_size):
            rows = order[start : start + self.chunk_size]
            chunk = function(*(tf.constant([column[i] for i in rows]) for column in columns))
            for row, *values in zip(rows, *(part.numpy() for part in chunk), strict=True):
                results[row] = values
        return results

    def inflect(self, sources, features, beam_width=1):
        """The most probable inflected form of each source word, as a list of strings.

        Args:
            sources: source words, a list of strings.
            features: target features of each, strings such as `"pos=N,case=ABL,num=SG"`.
            beam_width: hypotheses kept by the beam search; 1 is greedy search.

        Raises:
            ValueError: the lists differ in length, a word is longer than 512 characters and
                than twice the longest in training, or `beam_width` is not a positive integer.
        """
        return [forms[0][0] for forms in self.inflect_n_best(sources, features, beam_width)]

    def inflect_n_best(self, sources, features, beam_width):
        """For each source a list of `(form, log-probability in nats)`, best first."""
        beam_width = check_integer("beam_width", beam_width, low=1)
        rows = self._in_chunks(
            lambda s, f: self._inflect_chunk(s, f, beam_width), sources, features
        )
        return [
            [(form.decode("utf-8"), float(log_p)) for form, log_p in zip(*row, strict=True)]
            for row in rows
        ]

    def encode(self, sources):
        """The posterior of each source word: arrays `loc` and `scale`, `(N, latent_dim)`."""
        rows = self._in_chunks(self._encode_chunk, sources)
        shape = (len(rows), self.latent.latent_dim)
        loc, scale = (np.array([row[i] for row in rows], "float32").reshape(shape) for i in (0, 1))
        return loc, scale

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "vocabulary": self.vocabulary.to_config(),
            **{part: serialize(getattr(self, part)) for part in _PARTS},
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["vocabulary"] = Vocabulary.from_config(config["vocabulary"])
        for part in _PARTS:
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


_PARTS = ("encoder", "latent", "decoder", "bag_of_chars", "bag_of_chars_head")


def word_nll(logits, target):
    """`-log p(x_t)` in nats per word: summed over the characters, padding not counted."""
    nll = tf.nn.sparse_softmax_cross_entropy_with_logits(target, tf.cast(logits, tf.float32))
    return tf.reduce_sum(tf.where(target != 0, nll, 0.0), axis=-1)


def _build(part, *shapes):
    # A part that comes from a saved configuration has been built already.
    if not part.built:
        part.build(*shapes)


def _as_bytes(strings):
    # A lone surrogate has no UTF-8 form; passed through, the graph reads it as U+FFFD.
    return [s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass") for s in strings]
