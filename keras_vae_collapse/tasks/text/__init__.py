"""Sentences: a sentence in, the same sentence out, all of it through `z`."""

from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.tasks.text.corpus import Sentence, read_sentences
from keras_vae_collapse.tasks.text.demo_grammar import Factors, demo_sentences
from keras_vae_collapse.tasks.text.load import load_sentences
from keras_vae_collapse.tasks.text.token_vocabulary import TokenVocabulary

__all__ = [
    "Factors",
    "Sentence",
    "TextTask",
    "TextVAE",
    "TokenCodec",
    "TokenVocabulary",
    "demo_sentences",
    "load_sentences",
    "read_sentences",
]
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "TextTask": "keras_vae_collapse.tasks.text.task",
        # These need TensorFlow.
        "TextVAE": "keras_vae_collapse.tasks.text.text_vae",
        "TokenCodec": "keras_vae_collapse.tasks.text.token_codec",
    },
)
