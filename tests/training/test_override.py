"""Settings `name=value` that change a recipe: what each text becomes, and what is refused."""

import re

import pytest

import zoo

MDR = zoo.recipe("mdr")
TWO = {"history_dropout": {"class": "CharDropout", "rate": 0.5}}
TWO["embedding_dropout"] = {"class": "EmbeddingDropout", "rate": 0.5}
PRIOR = {"class": "GaussianLatent", "prior": {"class": "MixturePrior", "components": 3}}


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        (" latent_dim = 8.0 ", "latent_dim", 8),
        ("learning_rate=1", "learning_rate", 1.0),
        ("learning_rate=-1e-3", "learning_rate", -1e-3),
        ("monitor=5", "monitor", "5"),
        ("tokens=a=b", "tokens", "a=b"),
        ("augmentation=auto", "augmentation", "auto"),
        ("augmentation=[{'class': 'A'}]", "augmentation", [{"class": "A"}]),
        ("encoder={'class': 'B', 'c': 1}", "encoder", {"class": "B", "c": 1}),
        ("prior.components=5", "latent", {**PRIOR, "prior": {**PRIOR["prior"], "components": 5}}),
        ("latent.prior=VampPrior", "latent", {**PRIOR, "prior": {"class": "VampPrior"}}),
        ("latent.prior.class=VampPrior", "latent", {**PRIOR, "prior": {"class": "VampPrior"}}),
        ("latent.prior=None", "latent", {**PRIOR, "prior": None}),
        ("latent.new=[1", "latent", {**PRIOR, "new": "[1"}),
        ("latent.new=2.5", "latent", {**PRIOR, "new": 2.5}),
        ("prior.components=4.0", "latent", {**PRIOR, "prior": {**PRIOR["prior"], "components": 4}}),
    ],
)  # fmt: skip
def test_a_value_has_the_type_of_what_it_replaces(setting, field, value):
    found = zoo.override(MDR.replace(latent=PRIOR), [setting])
    assert found == MDR.replace(**{"latent": PRIOR, field: value})
    assert type(getattr(found, field)) is type(value)
    if field == "latent" and isinstance(value["prior"], dict):
        assert all(type(v) in (int, str) for v in found.latent["prior"].values())


def test_a_setting_of_two_parts_must_say_which():
    message = (
        "recipe 'mdr' has 'rate' more than once: say history_dropout.rate or embedding_dropout.rate"
    )
    with pytest.raises(zoo.RecipeError) as caught:
        zoo.override(MDR.replace(**TWO), ["rate=0.3"])
    assert str(caught.value) == message
    changed = zoo.override(MDR.replace(**TWO), ["embedding_dropout.rate=0.25"])
    assert (changed.history_dropout["rate"], changed.embedding_dropout["rate"]) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dim=True", "`latent_dim` must be of type int. Received: latent_dim='True'"),
        ("latent_dim=1e999", "`latent_dim` must be of type int"),
        ("learning_rate=1e999", "`learning_rate` must be of type float"),
        ("learning_rate=-1e999", "`learning_rate` must be of type float"),
        ("learning_rate=" + "9" * 400, "`learning_rate` must be of type float"),
        ("rate_nats=many", "`rate_term.rate_nats` must be of type float. Received: "),
        ("rate_term=", "`rate_term` must be a part, a class or None. Received: rate_term=''"),
        (
            "latent.prior.components=5",
            "recipe 'mdr' has no latent.prior: set latent.prior.class first. "
            "Received: latent.prior.components='5'",
        ),
        ("rounds.examples.labels=5", "has no rounds.examples: set rounds.examples.class first"),
        ("encoder_training.class.x=5", "has no encoder_training: set encoder_training.class first"),
    ],
)
def test_what_no_recipe_can_take_is_named(setting, message):
    with pytest.raises(zoo.RecipeError, match=re.escape(message)):
        zoo.override(MDR, [setting])


def test_what_is_like_nothing_there_is_has_no_suggestion():
    with pytest.raises(
        zoo.RecipeError, match=r"no setting 'zzzzzz'. Allowed: embedding_dim, "
    ) as e:
        zoo.override(MDR, ["zzzzzz=1"])
    assert str(e.value).endswith(", rate_term.rate_nats, rate_term.initial_multiplier.")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("component", "latent.prior.components"),
        ("prior.component", "latent.prior.components"),
        ("latentdim", "latent_dim"),
    ],
)
def test_the_nearest_setting_is_suggested_in_full(name, meant):
    with pytest.raises(zoo.RecipeError, match=rf" Did you mean '{meant}'\?$"):
        zoo.override(MDR.replace(latent=PRIOR), [f"{name}=1"])


def test_rounds_are_begun_by_an_option_and_nothing_else_is():
    assert zoo.override(MDR, ["rounds.keep=last"]).rounds == {"keep": "last"}
    assert zoo.override(MDR, ["latent_skip.class=LatentSkip"]).latent_skip == {
        "class": "LatentSkip"
    }
