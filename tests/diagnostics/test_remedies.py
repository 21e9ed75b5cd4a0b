import importlib
import json

import pytest

import zoo
from keras_vae_collapse.diagnostics.remedies import (
    COLLAPSED,
    IGNORED,
    PARTIAL,
    Remedy,
    remedies_for,
)

CASES = [
    (COLLAPSED, "inactive"),
    (COLLAPSED, "noisy"),
    (COLLAPSED, "input-independent"),
    (IGNORED, None),
    (PARTIAL, "dimensions"),
    (PARTIAL, "outputs"),
]


@pytest.mark.parametrize("verdict, cause", CASES)
def test_every_recipe_and_setting_is_one_of_the_zoo(verdict, cause):
    for remedy in remedies_for(verdict, cause, examples=1600, rate_nats=39.0, active=7):
        recipe = zoo.recipe(remedy.recipe or "mdr")
        settings = [f"{name}={value}" for name, value in remedy.settings.items()]
        assert (zoo.override(recipe, settings) != recipe) == bool(settings)


@pytest.mark.parametrize("verdict, cause", CASES)
def test_every_class_can_be_imported(verdict, cause):
    for remedy in remedies_for(verdict, cause, examples=1600):
        module, name = remedy.part.rsplit(".", 1)
        assert isinstance(getattr(importlib.import_module(module), name), type)


@pytest.mark.parametrize("verdict, cause", CASES)
def test_the_class_of_a_remedy_is_a_part_of_its_recipe(verdict, cause):
    for remedy in remedies_for(verdict, cause, examples=1600):
        if remedy.recipe is not None:
            config = json.dumps(zoo.recipe(remedy.recipe).to_config())
            assert f'"{remedy.part.rpartition(".")[2]}"' in config, remedy.recipe


def test_remedies_differ_by_failure():
    first = {case: remedies_for(*case, examples=1600)[0].recipe for case in CASES}
    assert first[COLLAPSED, "inactive"] == "mdr"
    # Where the rate is reached already, more rate is not the first thing to try.
    assert first[COLLAPSED, "input-independent"] != "mdr"
    assert first[IGNORED, None] == "char_dropout_mdr"
    assert remedies_for("healthy", None, examples=10) == []


def test_rate_to_ask_for_is_four_times_the_log_of_the_examples():
    remedies = remedies_for(COLLAPSED, "inactive", examples=1600)
    assert remedies[0].options() == "--recipe=mdr --set rate_term.rate_nats=30"


def test_partial_collapse_is_told_to_ask_for_more_than_the_present_rate():
    remedies = remedies_for(PARTIAL, "dimensions", examples=1600, rate_nats=39.0, active=7)
    options = [remedy.options() for remedy in remedies]
    assert "--recipe=mdr --set rate_term.rate_nats=78" in options
    assert "--set latent_dim=7" in options


def test_no_remedy_only_asks_for_a_rate_that_is_reached_already():
    parts = [r.part for r in remedies_for(COLLAPSED, "noisy", examples=1600, rate_nats=40.0)]
    assert parts and not any(part.endswith("MDRConstraint") for part in parts)


def test_a_recipe_is_not_recommended_to_itself():
    def recipes(recipe):
        found = remedies_for(COLLAPSED, "inactive", examples=1600, recipe=recipe)
        return {remedy.recipe: remedy for remedy in found}

    config = zoo.recipe("mdr").to_config()
    assert "mdr" in recipes(zoo.recipe("base").to_config())
    assert not {"mdr", None} & set(recipes(config))  # its target of 40 nats is above 30
    config["rate_term"]["rate_nats"] = 5.0
    again = recipes(config)[None]
    assert again.settings == {"rate_term.rate_nats": 30} and "--recipe" not in again.command(
        "train"
    )


def test_remedies_after_2019_are_those_that_cured():
    recipes = {case: [r.recipe for r in remedies_for(*case, examples=1600)] for case in CASES}
    inactive, noisy = recipes[COLLAPSED, "inactive"], recipes[COLLAPSED, "noisy"]
    assert inactive.index("geco") > inactive.index("mdr")
    assert noisy.index("du_vae") == noisy.index("bn_vae") + 1
    assert not {"iwae", "vamp_prior", "skip_vae", "vmf", "mmd"} & set(sum(recipes.values(), []))


@pytest.mark.parametrize(
    ("verdict", "cause", "examples", "rate", "target"),
    [
        (COLLAPSED, "inactive", 300, 0.0, 23),  # 4 log 300 = 22.8
        (COLLAPSED, "inactive", 1, 0.0, 3),  # as of two examples
        (COLLAPSED, "inactive", 300, 22.7, 23),  # not yet reached
        (COLLAPSED, "inactive", 300, 23.0, None),
        (PARTIAL, "dimensions", 300, 11.0, 23),
        (PARTIAL, "dimensions", 300, 15.0, 30),
    ],
)
def test_a_target_is_above_the_present_rate_or_left_out(verdict, cause, examples, rate, target):
    found = {r.recipe: r for r in remedies_for(verdict, cause, examples, rate)}
    assert ("mdr" in found) is (target is not None)
    if target:
        assert found["mdr"].settings == {"rate_term.rate_nats": target}
    elif cause == "inactive":
        assert not {"free_bits", "delta_vae"} & set(found)
        assert found["char_dropout_mdr"].settings == {"rate_term.rate_nats": 23}


@pytest.mark.parametrize(("active", "dims"), [(0, 1), (1, 1), (5, 5)])
def test_a_smaller_latent_keeps_the_active_dimensions_and_one_at_least(active, dims):
    *_, smaller = remedies_for(PARTIAL, "dimensions", 300, active=active)
    assert smaller.recipe is None and smaller.settings == {"latent_dim": dims}


@pytest.mark.parametrize(
    ("rate_term", "settings"),
    [
        ({"weight": 1.0}, {"rate_term.weight": 0.25}),
        ({"weight": 0.1}, {"rate_term.weight": 0.25}),  # a weight is not a target: any other
        ({"weight": 0.25}, None),
        ({}, {"rate_term.weight": 0.25}),
        (None, {"rate_term.weight": 0.25}),
    ],
)
def test_of_the_recipe_in_use_only_what_differs_is_said(rate_term, settings):
    recipe = {"name": "base", "rate_term": rate_term}
    found = [
        r for r in remedies_for(COLLAPSED, "noisy", 300, recipe=recipe) if "KL weight" in r.name
    ]
    assert [remedy.settings for remedy in found] == ([settings] if settings else [])
    assert all(remedy.recipe is None for remedy in found)
    other = remedies_for(COLLAPSED, "noisy", 300, recipe={"name": "bow", "rate_term": rate_term})
    assert "base" in [remedy.recipe for remedy in other]


@pytest.mark.parametrize(("asked", "again"), [(22, True), (23, False), (40, False)])
def test_a_target_that_was_asked_for_already_is_not_asked_for_again(asked, again):
    recipe = {"name": "mdr", "rate_term": {"rate_nats": asked}}
    names = [r.name for r in remedies_for(COLLAPSED, "inactive", 300, recipe=recipe)]
    assert any(name.startswith("minimum desired rate (") for name in names) is again


def test_a_remedy_is_a_command_with_its_options():
    remedy = Remedy("", "", "Part", "mdr", {"a.b": 2, "c": 0.5})
    assert remedy.command("train") == "train --recipe=mdr --set a.b=2 --set c=0.5"
    assert remedy.command(None) is None
    own = Remedy("", "", "Part", settings={"c": 3})
    assert own.command("train") == "the command of this model again, with --set c=3"
