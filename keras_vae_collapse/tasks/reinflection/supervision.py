"""From a recipe's part `unlabeled` to the layer that trains on words without features."""

from keras_vae_collapse.core.parts import make_part
from keras_vae_collapse.layers import PartialSupervision
from keras_vae_collapse.tasks.reinflection.feature_attributes import (
    attribute_groups,
    feature_prior,
)

_UNKNOWN_FEATURE = 0  # its entry in the feature vector, see `Vocabulary`


def make_supervision(options, recipe, vocabulary, examples, seed=0):
    """The `PartialSupervision` of a recipe.

    Args:
        options: a `LatentFeatures` or `PlainAutoencoding`.
        recipe: the recipe, whose sizes the guessing network shares.
        vocabulary: a `Vocabulary`.
        examples: the labelled examples, whose features are counted.
        seed: of all noise.

    Raises:
        RecipeError: a part is impossible.
    """
    attributes = None
    if options.relaxation is not None:
        groups = attribute_groups(vocabulary, examples)
        attributes = make_part(
            "unlabeled.relaxation",
            options.relaxation,
            ("layers",),
            {"units": recipe.hidden_units, "dropout": recipe.dropout, "seed": seed + 7},
            condition_size=vocabulary.feature_size,
            groups=groups,
            prior=feature_prior(vocabulary, examples, groups),
            name="attributes",
        )
    weight = options.weight
    if isinstance(weight, dict):
        weight = make_part("unlabeled.weight", weight, ("schedules",))
    weights = weight, options.classifier_weight, options.attribute_weight
    entry = _UNKNOWN_FEATURE if options.marked else None
    return PartialSupervision(attributes, *weights, entry, name="supervision")
