"""The settings of a run: what was set, what the task chose, what the recipe has, and all."""

import dataclasses

import pytest

import zoo
from keras_vae_collapse.training import Recipe
from keras_vae_collapse.training.report.configuration import run_settings

OWN = Recipe("a recipe of one's own", "", "")


def test_each_setting_is_told_by_where_it_is_from():
    recipe = zoo.override(zoo.recipe("mdr"), ["latent_dim=4", "rate_nats=9"])
    chosen = {"augmentation": {"class": "PrefixSwaps"}, "tokens": "words", "vocabulary_limit": 300}
    found = run_settings({"recipe": recipe.replace(**chosen, length_limit=80).to_config()}, zoo)
    assert found.set == ["latent_dim=4", "rate_term.rate_nats=9.0"]
    assert found.filled == [
        "augmentation={'class': 'PrefixSwaps'}", "tokens=words", "vocabulary_limit=300",
        "length_limit=80",
    ]  # fmt: skip
    part = ["class=MDRConstraint", "rate_nats=9.0", "initial_multiplier=0.8"]
    assert found.of_recipe == ["latent_dim=4", *(f"rate_term.{option}" for option in part)]
    names = [field.name for field in dataclasses.fields(Recipe)]
    assert [line.partition("=")[0] for line in found.all] == names[3:]
    text = '{"class": "MDRConstraint", "rate_nats": 9.0, "initial_multiplier": 0.8}'
    assert {f"rate_term={text}", "dropout=0.2", "rounds=None"} < set(found.all)


def test_letters_of_any_language_stand_as_they_are():
    recipe = OWN.replace(rounds={"members": ["koşu"]})
    assert 'rounds={"members": ["koşu"]}' in run_settings({"recipe": recipe.to_config()}).all


def test_what_a_recipe_says_itself_is_not_left_to_the_task():
    assert zoo.recipe("best").augmentation != "auto"
    found = run_settings({"recipe": zoo.recipe("best").to_config()}, zoo)
    assert found.set == found.filled == []
    of_one_s_own = OWN.replace(augmentation=None, vocabulary_limit=9).to_config()
    found = run_settings({"recipe": of_one_s_own, "command": ["x"]}, zoo)
    assert found.filled == ["augmentation=None", "vocabulary_limit=9"] and not found.of_recipe


@pytest.mark.parametrize("recipes", [None, zoo])
@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (["train.py", "--set", "latent_dim=4", "--seed", "3"], ["latent_dim=4"]),
        (["train.py", "--set=a=--set", "--set", "b=2"], ["b=2", "a=--set"]),
        (["train.py", "--set"], []),
        (None, []),
    ],
)
def test_of_a_recipe_that_nobody_knows_the_settings_of_the_command_are_shown(
    recipes, command, settings
):
    config = {"recipe": OWN.replace(dropout=0.5).to_config(), "command": command}
    found = run_settings(config, recipes)
    assert (found.set, found.of_recipe) == (settings, ["dropout=0.5"])
