"""What TensorBoard's HParams plugin lists of a run."""

import zoo
from keras_vae_collapse.training import Recipe
from keras_vae_collapse.training.hyperparameters import hyperparameters

DATA = {"name": "demo", "language": "turkish", "train_examples": 9, "sha256": "ab"}


def listed(recipe, **description):
    given = {"recipe": recipe.to_config(), "data": DATA, "seed": 3, "epochs": recipe.epochs}
    return hyperparameters({**given, **description})


def test_only_what_is_not_the_default_is_listed():
    found = listed(zoo.override(zoo.recipe("mdr"), ["rate_nats=30", "latent_dim=32"]), epochs=12)
    assert found == {
        "recipe": "mdr",
        "rate_term.class": "MDRConstraint",
        "rate_term.rate_nats": 30,
        "rate_term.initial_multiplier": 0.8,
        "latent_dim": 32,
        "epochs": 12,
        "data": "demo turkish",
        "seed": 3,
    }


def test_a_recipe_without_settings_has_its_rate_term_alone():
    found = listed(Recipe("plain", "", ""))
    assert {name for name in found if name not in ("data", "seed")} == {"recipe", "rate_term.class"}


def test_a_part_is_listed_with_its_options():
    found = listed(zoo.override(zoo.recipe("base"), ["history_dropout.class=CharDropout"]))
    assert found["history_dropout"]["class"] == "CharDropout"
