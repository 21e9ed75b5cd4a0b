"""The variational autoencoder of sentences."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.models import chunks
from keras_vae_collapse.models.sequence_vae import SequenceVAE
from keras_vae_collapse.tasks.text.corpus import normalized
from keras_vae_collapse.tasks.text.latent_path import latent_path
from keras_vae_collapse.tasks.text.token_codec import TokenCodec
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class TextVAE(SequenceVAE):
    """A sentence in, the same sentence out, all of it through `z`.

    A `SequenceVAE` without a condition, with strings at both ends.

    Args:
        vocabulary: a `TokenVocabulary`; its `max_length` bounds what decoding writes.
        encoder, latent, decoder, bag_of_chars, bag_of_chars_head: see `SequenceVAE`. What these
            call a character is a token.

    Call arguments:
        inputs: as for `SequenceVAE`.

    Output shape:
        Logits `(batch, T, vocabulary size)`.

    Raises:
        ValueError: `vocabulary` is none, or a part is no layer.

    Example:

    ```python
    from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
    from keras_vae_collapse.losses import MDRConstraint
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.tasks.text import TextVAE, TokenVocabulary

    vocabulary = TokenVocabulary.from_texts(["the dog barks", "the cat sleeps"])
    model = TextVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=16, embedding_dim=8),
        latent=GaussianLatent(4, rate_term=MDRConstraint(10.0)),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(16)),
    )
    loc, scale = model.encode(["the dog sleeps"])
    assert loc.shape == (1, 4) and model.sample(2, seed=0) == model.sample(2, seed=0)
    assert model.reconstruct(["the cat"]) == model.sentences(model.encode(["the cat"])[0])
    assert len(model.interpolate("the dog barks", "the cat sleeps", steps=5)) == 5
    ```
    """

    def __init__(self, vocabulary, encoder, latent, decoder, **kwargs):
        if not isinstance(vocabulary, TokenVocabulary):
            raise ValueError(f"`vocabulary` must be a TokenVocabulary. Received: {vocabulary!r}")
        sizes = {"max_length": vocabulary.max_length, "condition_size": 0}
        codec = TokenCodec(vocabulary, name="codec")
        super().__init__(encoder, latent, decoder, **{**kwargs, **sizes}, codec=codec)
        self.vocabulary = vocabulary

    @traced
    def _encode_block(self, texts):
        return chunks.in_chunks(
            lambda rows: self.encode_ids(self.codec.ids(texts[rows])),
            tf.shape(texts)[0],
            [(tf.float32, [self.latent.latent_dim])] * 2,
        )

    @traced
    def _write_block(self, z, beam_width):
        def chunk(rows):
            ids, _ = self.decode(z[rows], beam_width=beam_width)
            return (self.codec.texts(ids[:, 0]),)

        return chunks.in_chunks(chunk, tf.shape(z)[0], [(tf.string, [])])[0]

    def encode(self, sentences):
        """The posterior of each sentence: arrays `loc` and `scale`, `(N, latent_dim)`.

        Args:
            sentences: a list of strings. Unknown tokens are read as unknown.

        Raises:
            ValueError: a sentence is empty, or is longer than the model reads.
        """
        texts = [self._checked(number, text) for number, text in enumerate(sentences)]
        loc = np.zeros((len(texts), self.latent.latent_dim), "float32")
        scale = np.zeros_like(loc)
        order = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(order), chunks.BLOCK):
            rows = order[start : start + chunks.BLOCK]
            block = self._encode_block(tf.constant([texts[row] for row in rows]))
            loc[rows], scale[rows] = (part.numpy() for part in block)
        return loc, scale

    def sentences(self, z, beam_width=1):
        """The most probable sentence for each latent vector `(N, latent_dim)`, a list of strings.

        Args:
            z: latent vectors.
            beam_width: hypotheses of the beam search; 1 is greedy search.
        """
        check_integer("beam_width", beam_width, low=1)
        z = np.asarray(z, "float32").reshape(-1, self.latent.latent_dim)
        blocks = [z[start : start + chunks.BLOCK] for start in range(0, len(z), chunks.BLOCK)]
        written = [self._write_block(tf.constant(block), beam_width).numpy() for block in blocks]
        return [string.decode("utf-8", "replace") for block in written for string in block]

    def reconstruct(self, sentences, beam_width=1):
        """What is decoded from the posterior mean of each sentence, a list of strings.

        Args:
            sentences: a list of strings.
            beam_width: hypotheses of the beam search; 1 is greedy search.

        Raises:
            ValueError: a sentence is empty, or is longer than the model reads.
        """
        return self.sentences(self.encode(sentences)[0], beam_width)

    def sample(self, count, seed=0, beam_width=1):
        """Sentences of latent vectors drawn from the prior, a list of strings.

        The same seed gives the same sentences; with greedy search they are those of the exported
        model's `sample` for the seed `[0, seed]`.
        """
        seed = tf.constant([0, check_integer("seed", seed, low=0)], tf.int32)
        draws = [np.zeros((0, self.latent.latent_dim), "float32")]
        for start in range(0, check_integer("count", count, low=0), chunks.SEED_ROWS):
            chunk_seed = tf.random.experimental.stateless_fold_in(seed, start)
            draws.append(self.sample_prior(min(chunks.SEED_ROWS, count - start), chunk_seed))
        return self.sentences(np.concatenate(draws), beam_width)

    def interpolate(self, start, end, steps=8, spherical=False, beam_width=1):
        """The sentences on the way between the posterior means of two, a list of strings.

        Args:
            start, end: the sentences.
            steps: number of points, both ends included, at least 2.
            spherical: whether the way is an arc, see `latent_path`.
            beam_width: hypotheses of the beam search; 1 is greedy search.

        Raises:
            ValueError: a sentence is empty, or fewer than two steps.
        """
        loc, _ = self.encode([start, end])
        return self.sentences(latent_path(loc[0], loc[1], steps, spherical), beam_width)

    def _checked(self, number, text):
        """A sentence as the graph reads it."""
        if not isinstance(text, str) or not normalized(text):
            raise ValueError(
                f"`sentences`, number {number} counted from 0: expected a string that is not "
                f"empty. Received: {text!r}"
            )
        text = normalized(text)
        length, limit = len(self.vocabulary.split(text)), self.codec.max_tokens
        if length > limit:
            raise ValueError(
                f"`sentences`, number {number} counted from 0: expected at most {limit} tokens. "
                f"Received: {length:,}, {text[:20]!r}..."
            )
        # A lone surrogate has no UTF-8 form; passed through, the graph reads it as unknown.
        return text.encode("utf-8", "surrogatepass")

    def get_config(self):
        return {**super().get_config(), "vocabulary": self.vocabulary.to_config()}

    @classmethod
    def from_config(cls, config):
        vocabulary = TokenVocabulary.from_config(config["vocabulary"])
        return super().from_config({**config, "vocabulary": vocabulary})
