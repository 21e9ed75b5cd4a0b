import json
import pathlib
import shlex

import pytest

import zoo
from keras_vae_collapse.commands.train import arguments
from keras_vae_collapse.commands.train_checks import chosen_recipe
from zoo.plan import planned_runs, read_plan

PLANS = pathlib.Path(zoo.__file__).parent / "plans"


def planned(**part):
    return planned_runs({"parts": [{"part": "one", **part}]})


def test_all_recipes_are_those_of_one_method():
    names = [run.recipe.name for run in planned(seeds=[0])]
    others = [name for name in zoo.recipes() if zoo.recipe(name).unlabeled]
    assert sorted([*names, "best", *others]) == sorted(zoo.recipes())


def test_a_part_is_recipes_by_axes_by_rates_by_seeds():
    axes = {"size": {"small": ["hidden_units=8"], "large": ["hidden_units=16"]}}
    runs = planned(recipes=["base", "mdr"], axes=axes, rates=[5, 10], seeds=[3, 1])
    assert [run.name for run in runs] == [  # `base` has no rate to aim at
        f"mdr@{rate}--{size}-seed{seed}"
        for seed in (3, 1)
        for size in ("small", "large")
        for rate in (5, 10)
    ]
    last = runs[-1]
    assert (last.recipe.hidden_units, last.recipe.rate_term["rate_nats"]) == (16, 10.0)
    assert (last.places, last.rate, last.seed) == ({"size": "large"}, 10, 1)


def test_what_stands_beside_the_parts_holds_for_all_and_a_part_comes_after_it():
    plan = {"set": ["latent_dim=8"], "epochs": 7, "data": "words", "parts": [
        {"part": "a", "recipes": ["base"]},
        {"part": "b", "recipes": ["base"], "set": ["dropout=0"], "epochs": 9, "data": "demo"},
    ]}  # fmt: skip
    a, b = planned_runs(plan)
    assert (a.recipe.latent_dim, a.epochs, a.data["data"]) == (8, 7, "words")
    assert (b.recipe.latent_dim, b.recipe.dropout, b.epochs, b.data["data"]) == (8, 0.0, 9, "demo")


def test_the_same_training_in_two_parts_has_one_key():
    plan = {"parts": [
        {"part": "recipes", "recipes": ["mdr"], "seeds": [0]},
        {"part": "rates", "recipes": ["mdr"], "rates": [40, 20], "seeds": [0]},
        {"part": "longer", "recipes": ["mdr"], "epochs": 99, "seeds": [0]},
    ]}  # fmt: skip
    first, same, other, longer = planned_runs(plan)
    assert first.key == same.key
    assert len({first.key, other.key, longer.key}) == 3


def test_a_training_on_other_data_or_with_another_part_held_out_is_another():
    others = ({}, {"data": "x"}, {"dev": "x"}, {"held_out": 0.5}, {"added_tasks": [1]})
    keys = {planned(recipes=["mdr"], **other)[0].key for other in others}
    assert len(keys) == len(others)


@pytest.mark.parametrize("name", zoo.recipes())
def test_the_command_of_a_run_is_the_same_training(name):
    axes = {"weakening": {"x": ["history_dropout.class=CharDropout", "history_dropout.rate=0.1"]}}
    part = {"recipes": [name], "axes": axes, "set": ["hidden_units=96"], "schedule_length": 0.5}
    (run,) = planned(**part, epochs=5, seeds=[4], data="folder", language="x", added_tasks=[1])
    program, script, *words = shlex.split(run.command)
    values = arguments()
    values([script, *words])
    recipe = chosen_recipe(zoo, values)
    assert (program, script) == ("python", "train.py")
    assert recipe.replace(summary="") == run.recipe.replace(summary="")
    assert (values.epochs, values.seed, values.data, values.language) == (5, 4, "folder", "x")
    assert values.added_tasks == ["1"]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ([], "a plan is an object with a list `parts`"),
        ({"parts": []}, "a plan is an object with a list `parts`"),
        ({"epoch": 3, "parts": [{}]}, "unknown name 'epoch'.*Did you mean 'epochs'"),
        ({"parts": [3]}, "part 1 is no object"),
        ({"parts": [{"part": "a", "seed": [0]}]}, "a: unknown name 'seed'.*Did you mean 'seeds'"),
        ({"parts": [{"part": "a", "seeds": 0}]}, "a: `seeds` must be a list of numbers"),
        ({"parts": [{"part": "a", "seeds": [True]}]}, "a: `seeds` must be a list of numbers"),
        ({"parts": [{"part": "a", "seeds": []}]}, "a: `seeds` must be a list of numbers"),
        ({"parts": [{"part": "a", "seeds": [None]}]}, "a: `seeds` must be a list of numbers"),
        ({"parts": [{"part": "a", "rates": ["5"]}]}, "a: `rates` must be a list of numbers"),
        ({"parts": [{"part": "a", "recipes": []}]}, "a: `recipes` must be a list of names"),
        ({"parts": 3}, "a plan is an object with a list `parts`"),
        ({"parts": [{"part": "a", "recipes": ["bse"]}]}, "a: no recipe 'bse'.*Did you mean 'base'"),
        ({"parts": [{"part": "a", "recipes": "mdr"}]}, "a: `recipes` must be a list of names"),
        ({"parts": [{"recipes": ["mdr"], "set": ["latent_dm=3"]}]}, "part 1: .*latent_dm"),
        ({"parts": [{"part": "a"}, {"part": "a"}]}, "there are two parts 'a'"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(plan, message, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    with pytest.raises(ValueError, match=f"(?s)plan.json: {message}"):
        read_plan(path)


def test_the_plan_of_the_comparison_is_right():
    runs, claims = read_plan(PLANS / "comparison.json")
    assert len(claims) >= 5
    assert len({run.key for run in runs}) >= 200
    assert {run.recipe.monitor for run in runs} == {"constrained_elbo"}
    assert {run.recipe.learning_rate_decay for run in runs} == {"constant"}


def test_a_file_that_is_no_json_is_named(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("{")
    with pytest.raises(ValueError, match="plan.json is no plan"):
        read_plan(path)


def test_without_more_a_part_has_each_recipe_once_as_it_is():
    (run,) = planned(recipes=["kl_cyclical"])
    assert run.recipe == zoo.recipe("kl_cyclical") and run.epochs == run.recipe.epochs
    assert (run.seed, run.rate, run.places, run.method) == (0, None, {}, "kl_cyclical")
    assert run.data == {
        "data": "demo", "dev": None, "language": None, "task": "auto", "added_tasks": [],
        "held_out": 0.0,
    }  # fmt: skip


def test_a_rate_may_be_left_to_the_recipe_beside_others():
    methods = [run.method for run in planned(recipes=["mdr", "base"], rates=[None, 2.5])]
    assert methods == ["mdr", "mdr@2.5", "base"]


def test_a_claim_about_no_method_of_the_plan_is_named_with_the_file(tmp_path):
    claim = {"claim": "c", "source": "s", "part": "one", "figure": "accuracy", "more": "mdr"}
    plan = {"parts": [{"part": "one", "recipes": ["mdr", "base"]}]}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**plan, "claims": [{**claim, "less": "best"}]}))
    with pytest.raises(ValueError, match="plan.json: claim 'c': no method 'best' in part 'one'"):
        read_plan(path)
    path.write_text(json.dumps({**plan, "claims": [{**claim, "less": "base"}]}))
    assert read_plan(path)[1] == [{**claim, "less": "base"}]
