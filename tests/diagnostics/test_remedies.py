import importlib

import pytest

from keras_vae_collapse.diagnostics.remedies import COLLAPSED, IGNORED, PARTIAL, remedies_for
from keras_vae_collapse.training.recipe import override

CASES = [
    (COLLAPSED, "too weak"),
    (COLLAPSED, "too noisy"),
    (COLLAPSED, "constant"),
    (IGNORED, None),
    (PARTIAL, "dimensions"),
    (PARTIAL, "outputs"),
]


@pytest.mark.parametrize("verdict, cause", CASES)
def test_every_flag_is_one_that_train_takes(verdict, cause):
    for remedy in remedies_for(verdict, cause, words=1600, rate_nats=39.0, active=7):
        words = remedy.flag.split()
        names = [word.removeprefix("--recipe=") for word in words if word.startswith("--recipe=")]
        name = names[0] if names else "mdr"
        recipe = importlib.import_module(f"zoo.recipes.{name}").RECIPE
        settings = [
            word for before, word in zip(words, words[1:], strict=False) if before == "--set"
        ]
        assert len(words) == len(names) + 2 * len(settings), remedy.flag
        changed = override(recipe, settings)
        assert (changed != recipe) == bool(settings)


@pytest.mark.parametrize("verdict, cause", CASES)
def test_every_class_can_be_imported(verdict, cause):
    for remedy in remedies_for(verdict, cause, words=1600):
        module, name = remedy.part.rsplit(".", 1)
        assert isinstance(getattr(importlib.import_module(module), name), type)


def test_remedies_differ_by_failure():
    first = {case: remedies_for(*case, words=1600)[0].name for case in CASES}
    assert first[COLLAPSED, "too weak"].startswith("minimum desired rate")
    # Where the rate is there already, more rate is not the first thing to try.
    assert not first[COLLAPSED, "constant"].startswith("minimum desired rate")
    assert first[IGNORED, None].startswith("character dropout")
    assert remedies_for("healthy", None, words=10) == []


def test_rate_to_ask_for_is_four_times_the_log_of_the_words():
    assert "rate_nats=30" in remedies_for(COLLAPSED, "too weak", words=1600)[0].flag


def test_partial_collapse_is_told_to_ask_for_more_than_the_present_rate():
    remedies = remedies_for(PARTIAL, "dimensions", words=1600, rate_nats=39.0, active=7)
    flags = [remedy.flag for remedy in remedies]
    assert "--recipe=mdr --set rate_nats=78" in flags
    assert "--set latent_dim=7" in flags


def test_no_remedy_only_asks_for_a_rate_that_is_there_already():
    parts = [r.part for r in remedies_for(COLLAPSED, "too noisy", words=1600, rate_nats=40.0)]
    assert parts and not any(part.endswith("MDRConstraint") for part in parts)
