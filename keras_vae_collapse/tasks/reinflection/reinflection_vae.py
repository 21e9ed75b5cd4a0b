"""The variational autoencoder of the article, for morphological reinflection."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.models import chunks
from keras_vae_collapse.models.sequence_vae import SequenceVAE
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.feature_hint import feature_hint
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary, warn_unseen
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ReinflectionVAE(SequenceVAE):
    """Source word and target features in, inflected word out, all of the word through `z`.

    A `SequenceVAE` whose condition is a binary vector of features, with strings at both ends.

    Args:
        vocabulary: a `Vocabulary`.
        encoder, latent, decoder, bag_of_chars, bag_of_chars_head: see `SequenceVAE`.

    Call arguments:
        inputs: as for `SequenceVAE`; see `encode_examples`.

    Output shape:
        Logits `(batch, T, vocabulary size)`.

    Example:

    ```python
    from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
    from keras_vae_collapse.losses import MDRConstraint
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.tasks.reinflection import Example, ReinflectionVAE, Vocabulary

    vocabulary = Vocabulary.from_examples([Example("evler", "pos=N,case=ABL,num=SG", "evden")])
    model = ReinflectionVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=16, embedding_dim=8),
        latent=GaussianLatent(4, rate_term=MDRConstraint(10.0)),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(16), condition_dim=8),
    )
    forms = model.inflect(["evler"], ["pos=N,case=ABL,num=SG"])
    loc, scale = model.encode(["evler"])
    assert len(forms) == 1 and loc.shape == (1, 4)
    ```
    """

    def __init__(self, vocabulary, encoder, latent, decoder, **kwargs):
        if not isinstance(vocabulary, Vocabulary):
            raise ValueError(f"`vocabulary` must be a Vocabulary. Received: {vocabulary!r}")
        sizes = {
            "max_length": vocabulary.max_form_length,
            "condition_size": vocabulary.feature_size,
        }
        codec = WordCodec(vocabulary, name="codec")
        super().__init__(encoder, latent, decoder, **{**kwargs, **sizes}, codec=codec)
        self.vocabulary = vocabulary

    def inflect_strings(self, sources, features, beam_width=1):
        """String tensors `(N,)` to the best forms `(N, beam_width)` and their log p, in graph."""
        loc, _ = self.encode_ids(self.codec.word_ids(sources))
        ids, log_p = self.decode(loc, self.codec.feature_vector(features), beam_width)
        return self.codec.words(ids), log_p

    @tf.function(reduce_retracing=True)
    def _inflect_block(self, sources, features, beam_width):
        return chunks.in_chunks(
            lambda rows: self.inflect_strings(sources[rows], features[rows], beam_width),
            tf.shape(sources)[0],
            [(tf.string, [None]), (tf.float32, [None])],
        )

    @tf.function(reduce_retracing=True)
    def _encode_block(self, sources):
        return chunks.in_chunks(
            lambda rows: self.encode_ids(self.codec.word_ids(sources[rows])),
            tf.shape(sources)[0],
            [(tf.float32, [self.latent.latent_dim])] * 2,
        )

    def check_source(self, word):
        """Raises `ValueError` if a word, `str` or bytes, is longer than the model reads."""
        limit = self.codec.max_characters
        if len(word) > limit and (isinstance(word, str) or len(word) > 4 * limit):
            raise ValueError(
                f"`sources` must be words of at most {limit} characters. "
                f"Received: a word of {len(word):,}, {word[:20]!r}..."
            )

    def check_features(self, text):
        """Raises `ValueError`, with a hint, unless features are written as in training."""
        try:
            self.vocabulary.check_features(text)
        except ValueError as error:
            hint = feature_hint(text, self.vocabulary)
            raise ValueError(f"{error}. {hint}") from None

    def _in_blocks(self, function, *columns):
        """Applies `function` to blocks of like lengths, in bounded memory, keeping the order."""
        for word in columns[0]:
            self.check_source(word)
        columns = [_as_bytes(column) for column in columns]
        if len({len(column) for column in columns}) > 1:
            raise ValueError(
                "`sources` and `features` must be equally many. Received: "
                + " and ".join(str(len(column)) for column in columns)
            )
        order = np.argsort([len(word) for word in columns[0]], kind="stable")
        results = [None] * len(order)
        for start in range(0, len(order), chunks.BLOCK):
            rows = order[start : start + chunks.BLOCK]
            block = function(*(tf.constant([column[i] for i in rows]) for column in columns))
            for row, *values in zip(rows, *(part.numpy() for part in block), strict=True):
                results[row] = values
        return results

    def inflect(self, sources, features, beam_width=1):
        """The most probable inflected form of each source word, as a list of strings.

        Args:
            sources: source words, a list of strings.
            features: target features of each, strings such as `"pos=N,case=ABL,num=SG"`.
            beam_width: hypotheses kept by the beam search; 1 is greedy search.

        One `DataWarning` counts characters and features that the model never saw.

        Raises:
            ValueError: the lists differ in length, features are not written as in
                training (an empty string is none at all), a word is longer than 512 characters
                and than twice the longest in training, or `beam_width` is not a positive integer.
        """
        features = list(features)
        for wanted in filter(None, dict.fromkeys(features)):
            try:
                self.check_features(_as_text(wanted))
            except ValueError as error:
                place = features.index(wanted)
                raise ValueError(f"`features`, number {place} counted from 0: {error}") from None
        forms = self.inflect_n_best(sources, features, beam_width)
        asked = zip(map(_as_text, sources), map(_as_text, features), strict=True)
        warn_unseen(self.vocabulary, [Example(word, wanted, None) for word, wanted in asked])
        return [n_best[0][0] for n_best in forms]

    def inflect_n_best(self, sources, features, beam_width):
        """For each source a list of `(form, log-probability in nats)`, best first.

        As in an exported model nothing is said of features: unknown ones are read as unknown.
        """
        beam_width = check_integer("beam_width", beam_width, low=1)
        rows = self._in_blocks(
            lambda s, f: self._inflect_block(s, f, beam_width), sources, features
        )
        return [
            [(form.decode("utf-8"), float(log_p)) for form, log_p in zip(*row, strict=True)]
            for row in rows
        ]

    def encode(self, sources):
        """The posterior of each source word: arrays `loc` and `scale`, `(N, latent_dim)`."""
        rows = self._in_blocks(self._encode_block, sources)
        shape = (len(rows), self.latent.latent_dim)
        loc, scale = (np.array([row[i] for row in rows], "float32").reshape(shape) for i in (0, 1))
        return loc, scale

    def get_config(self):
        return {**super().get_config(), "vocabulary": self.vocabulary.to_config()}

    @classmethod
    def from_config(cls, config):
        vocabulary = Vocabulary.from_config(config["vocabulary"])
        return super().from_config({**config, "vocabulary": vocabulary})


def _as_text(string):
    return string.decode("utf-8", "replace") if isinstance(string, bytes) else string


def _as_bytes(strings):
    # A lone surrogate has no UTF-8 form; passed through, the graph reads it as U+FFFD.
    return [s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass") for s in strings]
