"""The settings with which one recipe becomes another."""

import pytest

import zoo
from keras_vae_collapse.training.changed_settings import changed_settings

PLAIN = zoo.recipe("base")
DROPOUT = {"class": "CharDropout", "rate": 0.5}
PRIOR = {"class": "MixturePrior", "components": 3}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({}, {}, []),
        ({"name": "x", "paper": "y", "summary": "z", "latent_dim": 4}, {}, ["latent_dim=4"]),
        ({"history_dropout": DROPOUT}, {}, [f"history_dropout={DROPOUT}"]),
        ({}, {"history_dropout": DROPOUT}, ["history_dropout=None"]),
        (
            {"history_dropout": {**DROPOUT, "rate": 0.25}},
            {"history_dropout": DROPOUT},
            ["history_dropout.rate=0.25"],
        ),
        (
            {"history_dropout": {**DROPOUT, "class": "ContiguousDropout"}},
            {"history_dropout": DROPOUT},
            ["history_dropout.class=ContiguousDropout", "history_dropout.rate=0.5"],
        ),
        (
            {"latent": {"class": "GaussianLatent", "prior": {**PRIOR, "components": 4}}},
            {"latent": {"class": "GaussianLatent", "prior": PRIOR}},
            ["latent.prior.components=4"],
        ),
        ({"rounds": {"teachers": 2}}, {"rounds": {"teachers": 1}}, ["rounds={'teachers': 2}"]),
    ],
)
def test_what_is_otherwise_is_set_and_nothing_else(then, now, expected):
    recipe, other = PLAIN.replace(**then), PLAIN.replace(**now)
    found = changed_settings(recipe, other)
    assert found == expected == changed_settings(recipe.to_config(), other.to_config())
    texts = {name: getattr(recipe, name) for name in ("name", "paper", "summary")}
    assert zoo.override(other, found).replace(**texts) == recipe


def test_fields_that_matter_are_the_caller_s_choice():
    found = changed_settings(PLAIN.replace(name="x", latent_dim=4), PLAIN, without=("latent_dim",))
    assert found == ["name=x"]
