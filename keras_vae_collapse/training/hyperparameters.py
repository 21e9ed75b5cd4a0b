"""What tells one run from another in TensorBoard's HParams plugin."""

from keras_vae_collapse.training.changed_settings import changes
from keras_vae_collapse.training.recipe import Recipe

# Of the data: what follows from the others.
_SIZES = ("train_examples", "dev_examples", "sha256", "added_tasks")


def hyperparameters(description: dict) -> dict:
    """The settings of a run that differ from the defaults, plain KL, and what it is called.

    A table of all fifty settings has no room for those in which runs differ. What a run does not
    list has its default, see `Recipe`.

    Args:
        description: what its `config.json` holds.
    """
    recipe = {**description["recipe"], "epochs": description["epochs"]}
    data = (str(v) for n, v in description["data"].items() if n not in _SIZES and v is not None)
    term = recipe["rate_term"] or {}
    return {
        "recipe": recipe["name"],
        "rate_term.class": term.get("class"),
        **changes(recipe, Recipe("", "", "")),
        "data": " ".join(data),
        "seed": description["seed"],
    }
