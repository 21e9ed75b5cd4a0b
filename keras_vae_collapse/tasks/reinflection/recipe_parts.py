"""The parts of a recipe that are this task's own."""

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.part_check import check_part

_HERE = "tasks.reinflection"
_ROLES = {
    "augmentation": (
        f"{_HERE}.augmentation",
        {"ParadigmPairs": "paradigm_pairs", "Copies": "copies", "PrefixSwaps": "prefix_swaps"},
    ),
    "rounds.examples": (f"{_HERE}.back_translation", {"BackTranslation": "back_translation"}),
}


def check_parts(recipe):
    """Makes sure that the augmentation and the examples of rounds can be made.

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
