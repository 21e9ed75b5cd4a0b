"""From files of words to batches of ids."""

from keras_vae_collapse.tasks.reinflection.augmentation import augment
from keras_vae_collapse.tasks.reinflection.back_translation import back_translation
from keras_vae_collapse.tasks.reinflection.download import fetch_sigmorphon2016, resolve_data
from keras_vae_collapse.tasks.reinflection.example import DataError, Example
from keras_vae_collapse.tasks.reinflection.language_files import examples_file, read_language
from keras_vae_collapse.tasks.reinflection.load import load_data
from keras_vae_collapse.tasks.reinflection.predictions import write_predictions
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples
from keras_vae_collapse.tasks.reinflection.unicode import DataWarning
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary, warn_unseen
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.pipeline import (
    encode_examples,
    evaluation_dataset,
    training_dataset,
    trim,
)

__all__ = [
    "BatchPlan",
    "DataError",
    "DataWarning",
    "Example",
    "Vocabulary",
    "augment",
    "back_translation",
    "encode_examples",
    "evaluation_dataset",
    "examples_file",
    "fetch_sigmorphon2016",
    "load_data",
    "read_examples",
    "read_language",
    "resolve_data",
    "trim",
    "training_dataset",
    "warn_unseen",
    "write_predictions",
]
