import dataclasses
import json

import pytest

import zoo
from keras_vae_collapse import schedules
from keras_vae_collapse.losses import MDRConstraint
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target

VOCABULARY = Vocabulary.from_examples([Example("evler", "pos=N,case=ABL", "evden")])


@pytest.mark.parametrize("name", zoo.recipes())
def test_every_recipe_builds_and_survives_json(name):
    recipe = zoo.recipe(name)
    assert recipe.name == name and recipe.paper and recipe.summary
    again = zoo.Recipe.from_config(json.loads(json.dumps(recipe.to_config())))
    assert again == recipe
    small = zoo.override(recipe, ["hidden_units=4", "char_dim=3", "feature_dim=3"])
    model = zoo.build(small, VOCABULARY)
    assert model.inflect(["evler"], ["pos=N,case=ABL"])


def test_overrides_reach_fields_and_options():
    recipe = zoo.override(
        zoo.recipe("mdr"), ["latent_dim=8", "rate_nats=12.5", "rate_options.damping=0"]
    )
    assert recipe.latent_dim == 8
    assert recipe.rate_options["rate_nats"] == 12.5
    model = zoo.build(recipe, VOCABULARY)
    assert isinstance(model.latent.rate_term, MDRConstraint)
    assert model.latent.rate_term.damping == 0.0
    assert zoo.recipe("mdr").latent_dim != 8


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dims=8", "no field 'latent_dims'"),
        ("latent_dim", "field=value"),
        ("latent_dim=2.5", "must be of type int"),
        ("learning_rate=fast", "must be of type float"),
        ("name=other", "no field 'name'"),
    ],
)
def test_a_bad_override_says_what_is_allowed(setting, message):
    with pytest.raises(zoo.RecipeError, match=message) as caught:
        zoo.override(zoo.recipe("mdr"), [setting])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dim=0", "latent_dim"),
        ("rate_term=Magic", "one of .*MDRConstraint"),
        ("rate_nats=-1", "rate_nats"),
        ("rate_options.speed=3", "speed"),
        ("history_dropout=Magic", "one of .*CharDropout"),
        ("decoder=magic", "historyless"),
        ("bag_of_chars=magic", "bernoulli"),
    ],
)
def test_an_impossible_value_says_what_is_allowed(setting, message):
    with pytest.raises(zoo.RecipeError, match=message):
        zoo.build(zoo.override(zoo.recipe("mdr"), [setting]), VOCABULARY)


def test_an_unknown_recipe_lists_those_there_are():
    with pytest.raises(zoo.RecipeError, match="base.*mdr"):
        zoo.recipe("none")


@pytest.mark.parametrize("name", [n for n in zoo.recipes() if has_target(zoo.recipe(n))])
def test_a_target_replaces_options_that_the_model_takes(name):
    recipe = with_target(zoo.recipe(name), 20.0)
    assert recipe != zoo.recipe(name)
    assert dataclasses.replace(recipe, rate_options={}, latent_options={}) == dataclasses.replace(
        zoo.recipe(name), rate_options={}, latent_options={}
    )
    zoo.build(recipe, VOCABULARY)


def test_a_recipe_without_a_target_refuses_one():
    with pytest.raises(zoo.RecipeError, match="no target"):
        with_target(zoo.recipe("base"), 20.0)


SCHEDULED = [n for n in zoo.recipes() if isinstance(zoo.recipe(n).rate_options.get("weight"), dict)]


def weights(recipe, steps):
    options = dict(recipe.rate_options["weight"])
    schedule = getattr(schedules, options.pop("schedule"))(**options)
    return [float(schedule(step)) for step in steps]


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_shorter_schedule_is_the_same_curve(name):
    recipe = zoo.recipe(name)
    shorter = with_schedule_length(recipe, 0.125)
    assert weights(shorter, range(0, 2000, 100)) == pytest.approx(
        weights(recipe, range(0, 16000, 800)), abs=1e-3
    )


def test_pretraining_is_shortened_with_the_rest():
    shorter = with_schedule_length(zoo.recipe("encoder_pretraining"), 0.4)
    assert shorter.encoder_training_options == {"epochs": 2}
    shorter = with_schedule_length(zoo.recipe("encoder_pretraining"), 0.01)
    assert shorter.encoder_training_options == {"epochs": 1}


def test_recipes_without_a_schedule_keep_their_length():
    assert len(SCHEDULED) >= 4
    for name in set(zoo.recipes()) - set(SCHEDULED) - {"encoder_pretraining"}:
        assert with_schedule_length(zoo.recipe(name), 0.125) == zoo.recipe(name)
    with pytest.raises(ValueError, match="positive. Received: 0"):
        with_schedule_length(zoo.recipe("kl_linear"), 0)
