"""Morphological reinflection: a word and features in, the inflected word out."""

from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.reinflection.augmentation import augment
from keras_vae_collapse.tasks.reinflection.back_translation import back_translation
from keras_vae_collapse.tasks.reinflection.download import fetch_sigmorphon2016, resolve_data
from keras_vae_collapse.tasks.reinflection.encoding import encode_examples
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.language_files import examples_file
from keras_vae_collapse.tasks.reinflection.load import load_data, read_language
from keras_vae_collapse.tasks.reinflection.predictions import read_predictions, write_predictions
from keras_vae_collapse.tasks.reinflection.scorer import score_predictions
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples
from keras_vae_collapse.tasks.reinflection.task import ReinflectionTask
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary, warn_unseen
from keras_vae_collapse.tasks.reinflection.word_task import WordTask

__all__ = [
    "DataError",
    "DataWarning",
    "Example",
    "ReinflectionEnsemble",
    "ReinflectionTask",
    "ReinflectionVAE",
    "SemiSupervisedVAE",
    "Vocabulary",
    "WordTask",
    "augment",
    "back_translation",
    "encode_examples",
    "examples_file",
    "fetch_sigmorphon2016",
    "load_data",
    "read_examples",
    "read_language",
    "read_predictions",
    "resolve_data",
    "score_predictions",
    "warn_unseen",
    "write_predictions",
]
# The model needs TensorFlow; files and strings do without.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "ReinflectionEnsemble": "keras_vae_collapse.tasks.reinflection.ensemble",
        "ReinflectionVAE": "keras_vae_collapse.tasks.reinflection.reinflection_vae",
        "SemiSupervisedVAE": "keras_vae_collapse.tasks.reinflection.semi_supervised_vae",
    },
)
