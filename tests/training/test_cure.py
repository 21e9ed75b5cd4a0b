"""A run trained again with the first remedy of its explanation: what is read, what is changed."""

import json

import pytest

import zoo
from keras_vae_collapse.core.errors import RecipeError, RunError
from keras_vae_collapse.training.cure import (
    before_and_after,
    cured_recipe,
    first_remedy,
    read_config,
)


@pytest.fixture
def run(tmp_path):
    config = {"recipe": zoo.recipe("base").to_config(), "epochs": 3, "task": "text"}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def report(run, *causes):
    found = [{"name": name, "settings": settings} for name, settings in causes]
    text = json.dumps({"explanation": {"causes": found}})
    (run / "report.json").write_text(text, encoding="utf-8")


def test_the_first_cause_with_a_setting_is_remedied(run):
    report(run, ("padding_counted", []), ("weight_too_high", ["rate_term.weight=0.5"]))
    cause, settings = first_remedy(run)
    assert cause["name"] == "weight_too_high"
    recipe = cured_recipe(read_config(run), settings)
    assert recipe.rate_term["weight"] == 0.5 and recipe.epochs == 3


def test_a_training_that_was_too_short_is_repeated_ten_times_as_long(run):
    assert cured_recipe(read_config(run), ["epochs=10"]).epochs == 30


def test_every_setting_of_a_strong_generator_fits_a_recipe(run):
    settings = [
        "history_dropout=CharDropout",
        "history_dropout.rate=0.6",
        "rate_term=MDRConstraint",
        "rate_term.rate_nats=25",
    ]
    recipe = cured_recipe(read_config(run), settings)
    assert recipe.rate_term == {"class": "MDRConstraint", "rate_nats": 25}
    assert recipe.history_dropout["rate"] == 0.6


def test_what_cannot_be_cured_is_refused(run, tmp_path):
    with pytest.raises(RunError, match="without config.json"):
        read_config(tmp_path / "nowhere")
    with pytest.raises(RunError, match="kvc-diagnose --why"):
        first_remedy(run)
    report(run)
    with pytest.raises(RunError, match="none, the model is healthy"):
        first_remedy(run)
    with pytest.raises(RecipeError, match="does not fit"):
        cured_recipe(read_config(run), ["no_such_setting=1"])


def test_figures_stand_side_by_side(run):
    dev = {"rate_nats": 0.01, "distortion_nats": 20.0}
    (run / "metrics.json").write_text(json.dumps({"dev": dev}), encoding="utf-8")
    table = before_and_after(run, {"dev": {"rate_nats": 9.5, "distortion_nats": 8.0}})
    assert table.split("\n") == [
        "development set".ljust(42) + "      before       after",
        "distortion D (nats/example)".ljust(42) + "      20.000       8.000",
        "rate R (nats/example)".ljust(42) + "       0.010       9.500",
    ]
    (run / "metrics.json").unlink()
    assert before_and_after(run, {"dev": {"active_units": 3}}).split("\n")[1:] == [
        "active units".ljust(42) + "           -           3"
    ]


def test_a_cause_is_read_as_text_and_one_without_a_setting_is_named(run):
    text = {"explanation": {"causes": [{"evidence": 3, "settings": ["epochs=10", 5]}]}}
    (run / "report.json").write_text(json.dumps(text), encoding="utf-8")
    cause, settings = first_remedy(run)
    assert cause == {"name": "", "evidence": "3", "settings": ["epochs=10", "5"]}
    assert settings == cause["settings"]
    report(run, ("padding_counted", []), ("noisy", []))
    with pytest.raises(RunError, match="no cause in .* Causes: padding_counted, noisy$"):
        first_remedy(run)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"explanation": {"causes": [{}]}}', '{"explanation": 1}']
)
def test_a_damaged_report_is_named_with_what_makes_it_again(run, text):
    (run / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(
        RunError, match=r"report.json is damaged: .*Make it again with kvc-diagnose"
    ):
        first_remedy(run)


@pytest.mark.parametrize("epochs", [None, 7])
def test_a_run_without_epochs_of_its_own_has_those_of_its_recipe(epochs):
    config = {"recipe": zoo.recipe("base").replace(epochs=5).to_config(), "epochs": epochs}
    assert cured_recipe(config, []).epochs == (epochs or 5)
    recipe = cured_recipe(config, ["epochs=10", "rate_term.weight=0.5"])
    assert (recipe.epochs, recipe.rate_term["weight"]) == (10 * (epochs or 5), 0.5)
