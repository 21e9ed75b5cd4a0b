"""The parts of a recipe that are this task's own."""

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.part_check import check_part
from keras_vae_collapse.core.registration import CLASSES
from keras_vae_collapse.tasks.reinflection import unlabelled_parts

_HERE = "tasks.reinflection"
_SCHEDULES = ("schedules", {name: name for name in CLASSES["schedules"]})
_RELAXATIONS = ("CategoricalAttributes", "BernoulliAttributes", "HardKumaraswamyAttributes")
_ROLES = {
    "augmentation": (
        f"{_HERE}.augmentation",
        {"ParadigmPairs": "paradigm_pairs", "Copies": "copies", "PrefixSwaps": "prefix_swaps"},
    ),
    "rounds.examples": (
        f"{_HERE}.further_examples",
        {"BackTranslation": "back_translation", "Distillation": "distillation"},
    ),
    "unlabeled": (
        f"{_HERE}.unlabelled_parts",
        {name: name for name in unlabelled_parts.CLASSES},
    ),
    "unlabeled.weight": _SCHEDULES,
    "unlabeled.relaxation": ("layers", {name: name for name in _RELAXATIONS}),
    "unlabeled.relaxation.temperature": _SCHEDULES,
}
# What the data give the guessing layer; any value that passes does here.
_OF_THE_DATA = {"condition_size": 2, "groups": [[1]]}


def check_parts(recipe):
    """Makes sure that augmentation, examples of rounds and the use of unlabelled words can be made.

    Raises:
        RecipeError: a class or an option is unknown, or a value impossible.
    """
    parts = recipe.augmentation or []
    for part in parts if isinstance(parts, list) else [parts]:
        check_part("augmentation", part, _ROLES, fixed=["examples"])
    if recipe.rounds is not None:
        examples = recipe.rounds.get("examples")
        if examples is None:
            raise RecipeError("`rounds` needs `examples`: set rounds.examples.class, too")
        given = ["examples", "inflect", "seed"]
        check_part("rounds.examples", examples, _ROLES, fixed=given)
    if recipe.unlabeled is not None:
        shared = {name: (name, value) for name, value in _OF_THE_DATA.items()}
        shared |= {"units": ("hidden_units", recipe.hidden_units)}
        shared |= {"dropout": ("dropout", recipe.dropout)}
        check_part("unlabeled", recipe.unlabeled, _ROLES, shared)
        unlabelled_parts.unlabelled_options(recipe.unlabeled)
