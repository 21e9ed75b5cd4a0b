"""How a recipe uses words without features: the classes of its part `unlabeled`."""

from keras_vae_collapse.core.checks import (
    check_choice,
    check_flag,
    check_positive,
    check_weight,
)
from keras_vae_collapse.core.errors import RecipeError

UNSEEN = ("unknown", "drop")


class LatentFeatures:
    """Words without features are autoencoded, with their features as a second latent.

    See `PartialSupervision` for the loss.

    Args:
        ratio: such words for each labelled example of a batch, greater than 0.
        weight: how much such a word counts beside a labelled example, at least 0; or a schedule
            over training steps, `{"class": "LinearAnnealing", "rate": ...}`.
        classifier_weight: of the cost of the labelled examples' features, at least 0.
        attribute_weight: of the rate of the features of unlabelled words, at least 0; 1 makes the
            loss a bound.
        marked: whether the decoder is told that features are guessed, by the unknown feature among
            them.
        unseen: what becomes of words with characters that labelled examples do not have:
            `"unknown"` reads those as unknown, `"drop"` leaves the words out.
        relaxation: the part that guesses features: `CategoricalAttributes`,
            `BernoulliAttributes` or `HardKumaraswamyAttributes`.

    Raises:
        ValueError: an option lies outside its range.
    """

    def __init__(
        self,
        ratio: float = 1.0,
        weight=1.0,
        classifier_weight: float = 1.0,
        attribute_weight: float = 1.0,
        marked: bool = True,
        unseen: str = "unknown",
        relaxation: dict | None = None,
    ):
        self.ratio = check_positive("ratio", ratio)
        self.weight = weight if isinstance(weight, dict) else check_weight("weight", weight)
        self.classifier_weight = check_weight("classifier_weight", classifier_weight)
        self.attribute_weight = check_weight("attribute_weight", attribute_weight)
        self.marked = check_flag("marked", marked)
        self.unseen = check_choice("unseen", unseen, UNSEEN)
        self.relaxation = relaxation or {"class": "CategoricalAttributes"}


class PlainAutoencoding:
    """Words without features are autoencoded, and the decoder sees no features with them.

    Args:
        ratio, weight, unseen: as for `LatentFeatures`.

    Raises:
        ValueError: an option lies outside its range.
    """

    relaxation, classifier_weight, attribute_weight, marked = None, 0.0, 0.0, False

    def __init__(self, ratio: float = 1.0, weight=1.0, unseen: str = "unknown"):
        self.ratio = check_positive("ratio", ratio)
        self.weight = weight if isinstance(weight, dict) else check_weight("weight", weight)
        self.unseen = check_choice("unseen", unseen, UNSEEN)


class WordsAlone:
    """All there is to learn from are words without features: a character autoencoder."""


CLASSES = {cls.__name__: cls for cls in (LatentFeatures, PlainAutoencoding, WordsAlone)}


def unlabelled_options(part):
    """The object of a part that `recipe_parts.check_parts` has looked at.

    Raises:
        RecipeError: an option lies outside its range.
    """
    options = dict(part)
    name = options.pop("class")
    try:
        return CLASSES[name](**options)
    except (TypeError, ValueError) as error:
        raise RecipeError(f"`unlabeled`: {error}") from error


def are_alone(part):
    """Whether the part `unlabeled` of a recipe, or `None`, leaves no labelled examples."""
    return isinstance(part, dict) and part.get("class") == WordsAlone.__name__
