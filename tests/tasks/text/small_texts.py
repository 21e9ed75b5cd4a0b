"""A small model of sentences, not trained, whose outputs depend on z."""

import keras

from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.tasks.text import TextVAE, TokenVocabulary

SENTENCES = ["the dog barks", "a cat sleeps", "the cat barks at the dog", "dogs sleep"]


def small_text_vae(unit="words"):
    """A `TextVAE` with weights wide enough that each z is written otherwise."""
    keras.utils.set_random_seed(3)
    vocabulary = TokenVocabulary.from_texts(SENTENCES, unit=unit)
    model = TextVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=12, embedding_dim=6),
        latent=GaussianLatent(4),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(12), embedding_dim=6),
    )
    for weight in model.weights:
        if weight.shape.rank == 2 and weight.dtype == "float32":
            weight.assign(3.0 * weight)
    return model
