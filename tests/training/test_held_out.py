"""Development examples that choose nothing."""

import json

import numpy as np
import pytest
from copy_task import CopyTask
from training_runs import tiny, write_data

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.training import train
from keras_vae_collapse.training.held_out import hold_out


def test_every_example_is_on_one_side_and_the_task_is_left_as_it_was():
    task = CopyTask()
    choosing, held = hold_out(task, 0.25)
    assert len(held) == 6 and len(choosing.dev_examples) == 18
    assert sorted([*held, *choosing.dev_examples]) == sorted(task.dev_examples)
    assert held == [e for e in task.dev_examples if e in held]  # in their order
    assert hold_out(task, 0.25)[1] == held  # whoever asks
    assert hold_out(task, 0.0) == (task, []) and len(task.dev_examples) == 24


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (1.0, "less than 1"),
        (-0.1, "at least 0"),
        (float("nan"), "at least 0"),
        (0.95, "leaves 23 to report on and 1"),
        (0.05, "leaves 1 to report on and 23"),
    ],
)
def test_an_impossible_share_is_named(share, message):
    with pytest.raises(RunError, match=f"--held_out.*{message}"):
        hold_out(CopyTask(), share)


@pytest.mark.parametrize(("share", "held"), [(2 / 24, 2), (22 / 24, 22), (0.105, 3), (0.1, 2)])
def test_two_on_a_side_are_enough_and_shares_are_rounded_to_whole_examples(share, held):
    choosing, apart = hold_out(CopyTask(), share)
    assert (len(apart), len(choosing.dev_examples)) == (held, 24 - held)


def test_a_task_knows_which_of_the_others_are_unseen():
    seen, unseen = Example("ev", "num=PL", "evler"), Example("göz", "num=PL", "gözler")
    task = ReinflectionTask.from_examples([seen], [seen, unseen, unseen])
    assert task.with_dev_examples([seen, unseen]).unseen_rows == 1
    assert task.with_dev_examples([seen, seen]).monitors == () != task.monitors
    assert task.unseen_rows == 2


def test_a_run_chooses_by_one_part_and_reports_on_the_other(tmp_path):
    task = ReinflectionTask(write_data(tmp_path / "data"))
    run = train(
        tiny("base"), task, tmp_path / "run", epochs=1, held_out=0.5, verbose=0, export=False
    )
    choosing, held = hold_out(task, 0.5)
    assert run.metrics["dev"]["count"] == len(choosing.dev_examples)
    assert run.metrics["held_out"]["count"] == len(held)
    config = json.loads(run.directory.config.read_text())
    assert config["held_out"] == 0.5 and config["data"]["dev_examples"] == len(
        choosing.dev_examples
    )
    lines = run.directory.held_out_predictions.read_text().splitlines()
    found = [line.split("\t")[-1] for line in lines]
    wanted = [best for best, *_ in task.outputs(load_model(run.directory.path), held)]
    assert found == wanted
    right = np.mean([task.gold(e) == output for e, output in zip(held, found, strict=True)])
    assert run.metrics["held_out"]["accuracy"] == pytest.approx(right)
