"""The folder of an untrained model of sentences, for tests of commands."""

import json

import keras

from keras_vae_collapse.layers import GaussianLatent, GRUDecoder, GRUEncoder
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.tasks.text import TextVAE, TokenVocabulary, demo_sentences


def text_run(folder):
    """Saves a model of the demo's words, whose outputs depend on z, and says what it is."""
    keras.utils.set_random_seed(3)
    texts = [sentence.text for sentence in demo_sentences(train=400, dev=0)["train"]]
    vocabulary = TokenVocabulary.from_texts(texts)
    model = TextVAE(
        vocabulary,
        encoder=GRUEncoder(vocabulary.size, units=12, embedding_dim=6),
        latent=GaussianLatent(4),
        decoder=SequenceDecoder(vocabulary.size, GRUDecoder(12), embedding_dim=6),
    )
    for weight in model.weights:
        if weight.shape.rank == 2 and weight.dtype == "float32":
            weight.assign(3.0 * weight)
    model.save(folder / "model.keras")
    (folder / "config.json").write_text(json.dumps({"task": "text", "data": {"name": "demo"}}))
    return model
