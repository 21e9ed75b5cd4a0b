"""The variational autoencoder of the article, for morphological reinflection."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.models import chunks
from keras_vae_collapse.models.sequence_vae import SequenceVAE
from keras_vae_collapse.tasks.reinflection.inflection import Inflection
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class ReinflectionVAE(Inflection, SequenceVAE):
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
        ids, log_p = self.decode(*self.decoding_inputs(sources, features), beam_width)
        return self.codec.words(ids), log_p

    def decoding_inputs(self, sources, features):
        """String tensors `(N,)` to what the decoder takes: `z`, the posterior mean, and `y`."""
        loc, _ = self.encode_ids(self.codec.word_ids(sources))
        return loc, self.codec.feature_vector(features)

    @traced
    def _encode_block(self, sources):
        return chunks.in_chunks(
            lambda rows: self.encode_ids(self.codec.word_ids(sources[rows])),
            tf.shape(sources)[0],
            [(tf.float32, [self.latent.latent_dim])] * 2,
        )

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
