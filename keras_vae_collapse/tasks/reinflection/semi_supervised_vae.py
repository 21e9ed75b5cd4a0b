"""The model that also learns from words without features, and guesses features of words."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.traced import traced
from keras_vae_collapse.layers import PartialSupervision
from keras_vae_collapse.models import chunks
from keras_vae_collapse.tasks.reinflection.reinflection_vae import ReinflectionVAE


@keras.saving.register_keras_serializable(package="keras_vae_collapse")
class SemiSupervisedVAE(ReinflectionVAE):
    """A `ReinflectionVAE` whose features are a second latent where nobody has written them.

    Of an unlabelled word the source is the target, and its features `y` are guessed:

    ```
    z ~ q(z | x),    y ~ q(y | x),    x ~ p(x | z, y)
    ```

    (Zhou & Neubig 2017, arXiv:1704.01691). `PartialSupervision` has the loss. The guess is an
    ability of the trained model: `analyse`.

    Args:
        vocabulary, encoder, latent, decoder, bag_of_chars, bag_of_chars_head: see
            `ReinflectionVAE`.
        supervision: a `PartialSupervision` with `attributes`, whose groups are the positions of
            the vocabulary's features.

    Raises:
        ValueError: `supervision` is none, or has no attributes.

    Example:

    ```python
    from keras_vae_collapse.layers import (
        CategoricalAttributes, GaussianLatent, GRUDecoder, GRUEncoder, PartialSupervision,
    )
    from keras_vae_collapse.losses import MDRConstraint
    from keras_vae_collapse.models import SequenceDecoder
    from keras_vae_collapse.tasks.reinflection import Example, SemiSupervisedVAE, Vocabulary

    vocabulary = Vocabulary.from_examples([Example("evler", "pos=N,num=SG", "ev")])
    attributes = CategoricalAttributes(vocabulary.feature_size, groups=[[1], [2]])
    model = SemiSupervisedVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=16, embedding_dim=8),
        latent=GaussianLatent(4, rate_term=MDRConstraint(10.0)),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(16), condition_dim=8),
        supervision=PartialSupervision(attributes),
    )
    ((features, log_probability),) = model.analyse(["evler"])
    model.vocabulary.check_features(features)
    assert log_probability < 0.0
    ```
    """

    def __init__(self, vocabulary, encoder, latent, decoder, supervision=None, **kwargs):
        if not isinstance(supervision, PartialSupervision) or supervision.attributes is None:
            raise ValueError(
                "`supervision` must be a PartialSupervision with attributes. "
                f"Received: supervision={supervision!r}"
            )
        super().__init__(vocabulary, encoder, latent, decoder, supervision=supervision, **kwargs)

    def analyse(self, words):
        """The most probable features of each word, each attribute guessed by itself.

        Args:
            words: a list of strings.

        Returns:
            A list of `(features, log q(features | word))`: a string as the training data have
            them, of at least one feature, and nats.

        Raises:
            ValueError: a word is longer than the model reads, see `inflect`.
        """
        return [
            (features.decode("utf-8"), float(log_q))
            for features, log_q in self._in_blocks(self._analyse_block, words)
        ]

    @traced
    def _analyse_block(self, words):
        return chunks.in_chunks(
            lambda rows: self.analyse_strings(words[rows]),
            tf.shape(words)[0],
            [(tf.string, []), (tf.float32, [])],
        )

    def analyse_strings(self, words):
        """String tensors `(N,)` to features `(N,)` and their log q, in graph."""
        attributes = self.supervision.attributes
        parameters = attributes.parameters(self.latent_inputs(self.codec.word_ids(words)))
        condition = attributes.mode(parameters)
        return self._feature_strings(condition), attributes.log_prob(parameters, condition)

    def _feature_strings(self, condition):
        """Binary conditions `(N, M)` to strings, attributes in the order of their groups."""
        separator, entries = self.vocabulary.separator, self.supervision.attributes.entries
        names = [self.vocabulary.features[entry - 1] + separator for entry in entries]
        active = tf.gather(condition, entries, axis=-1) > 0.5
        joined = tf.strings.reduce_join(tf.where(active, names, ""), axis=-1)
        return tf.strings.regex_replace(joined, f"{separator}$", "")
