"""The ways in which a trained model makes further examples for the next round of training."""

from keras_vae_collapse.tasks.reinflection.back_translation import back_translation
from keras_vae_collapse.tasks.reinflection.distillation import distillation

# By the names that a recipe gives them: `{"class": "BackTranslation", "labels": 5}`.
FURTHER_EXAMPLES = {"BackTranslation": back_translation, "Distillation": distillation}
