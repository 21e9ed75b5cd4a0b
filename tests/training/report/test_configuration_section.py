"""The configuration of a run on its page, and how to repeat it."""

import re
import types

import pytest
from page_text import PageText

import zoo
from keras_vae_collapse.training.report.configuration_section import (
    configuration_section,
    repeat_section,
)


def a_run(recipe="mdr", settings=(), **config):
    found = zoo.override(zoo.recipe(recipe), settings).to_config()
    return types.SimpleNamespace(config={"recipe": found, **config}, metrics={})


def test_what_was_set_is_not_said_again_of_the_recipe():
    html = configuration_section(a_run(settings=["rate_nats=9", "tokens=words"]), zoo)
    set_, own, chosen, every = re.findall("<pre>(.*?)</pre>", html, re.DOTALL)
    assert set_ == "rate_term.rate_nats=9.0"
    assert own.split("\n") == ["rate_term.class=MDRConstraint", "rate_term.initial_multiplier=0.8"]
    assert chosen == "tokens=words" and "\nclip_norm=5.0\n" in every
    text = PageText(html).text
    assert "Set for this run, other than recipe mdr has it:" in text
    assert "What the task has chosen:" in text and "Nothing was set" not in text


def test_of_the_plain_recipe_without_settings_there_is_nothing_to_say():
    text = PageText(configuration_section(a_run("base"), zoo)).text
    assert text.startswith(
        "Nothing was set: all settings are those of recipe base. "
        "Else every setting has its default: plain KL. all settings embedding_dim=64 "
    )


def test_a_recipe_that_cannot_be_read_is_said():
    run = types.SimpleNamespace(config={"recipe": {"name": "x", "<b>": 1}})
    assert re.search(r"^<p>The recipe cannot be read: .*&lt;b&gt;", configuration_section(run))


def test_seed_data_and_versions_are_listed_where_there_are_any():
    data = {"name": "demo", "dev": None, "added_tasks": [], "unlabeled": ["a", "b"]}
    data.update(train_examples=10_000, dev_examples=9_999)
    run = a_run(seed=0, epochs=6, strategy="auto", data=data, versions={"keras": "3.0"})
    run.metrics["parameters"] = 1_234_567
    html = repeat_section(run)
    assert re.findall("<td>(.*?)</td><td class='label'>(.*?)</td>", html) == [
        ("seed", "0"), ("epochs, at most", "6"), ("strategy, replicas", "auto, 1"),
        ("data, name", "demo"), ("data, unlabeled", "a, b"), ("data, train examples", "10,000"),
        ("data, dev examples", "9999"), ("parameters of the model", "1,234,567"),
        ("keras", "3.0"),
    ]  # fmt: skip
    assert ("strategy, replicas", "mirrored, 2") in re.findall(
        "<td>(.*?)</td><td class='label'>(.*?)</td>",
        repeat_section(a_run(strategy="mirrored", replicas=2)),
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["/bin/kvc-train", "--seed=1"], "kvc-train --seed=1 Into this directory again with"),
        (["own.py", "a b"], "python own.py 'a b' The program that trained it."),
        (None, "The program that trained it."),
    ],
)
def test_only_a_command_of_ours_is_said_to_go_on(command, said):
    assert PageText(repeat_section(a_run(command=command))).text.startswith(said)
