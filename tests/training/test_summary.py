"""What the summary of a run says of its latent, and the command that it ends in."""

import pytest

from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask, read_examples
from keras_vae_collapse.training.options import FinishedRun
from keras_vae_collapse.training.summary import diagnose_command, training_summary

PAIR = Example("ev", "pos=N", "evler")
USED = {"mutual_information_nats": 5.0, "z_gap_nats": 9.0}
UNUSED = {"mutual_information_nats": 0.08, "z_gap_nats": 0.1}
IGNORED = {"mutual_information_nats": 5.0, "z_gap_nats": 0.1}


def summary(figures, line=-1, **record):
    task = ReinflectionTask.from_examples([PAIR], [PAIR])
    dev = {**task.figures([PAIR], [["evler"]]), "examples": 1000, **figures}
    run = FinishedRun(RunDirectory("my run"), {"dev": dev, "best_epoch": 3, **record}, None)
    return training_summary(task, run).splitlines()[line]


@pytest.mark.parametrize(
    ("figures", "record", "start"),
    [
        (UNUSED, {"steps": 200}, "COLLAPSED: z carries 0.08 nats"),
        (UNUSED, {}, "COLLAPSED: "),
        (IGNORED, {"steps": 900}, "LATENT IGNORED: z carries 5.00 nats"),
        (UNUSED, {"steps": 199}, "TOO SHORT TO JUDGE: z carries 0.08 nats"),
        (UNUSED, {"steps": 40, "teacher": {}}, "COLLAPSED: "),
        (USED, {"steps": 40}, "diagnose: kvc-diagnose --model_dir='my run'"),
    ],
)
def test_a_latent_that_is_not_used_is_said_last(figures, record, start):
    assert summary(figures, **record).startswith(start)


@pytest.mark.parametrize(("steps", "more"), [(200, True), (199, False)])
def test_what_is_judged_is_looked_into_by_the_last_command(steps, more):
    said = "The last command says where, why and what to try" in summary(UNUSED, steps=steps)
    assert said is more


def test_the_weights_that_are_kept_are_said_first():
    assert summary(USED, line=1) == "development set, weights of epoch 3"
    rounds = [{"round": 1, "best_epoch": 2}, {"round": 2, "best_epoch": 3}]
    kept = summary(USED, line=1, rounds=rounds, kept_round=1)
    assert kept == "development set, weights of round 1 of 2, epoch 2"


def test_the_command_names_the_development_file(tmp_path):
    path = tmp_path / "a dev file"
    path.write_text("ev\tpos=N\tevler\n")
    task = ReinflectionTask.from_examples([PAIR], read_examples(path))
    assert diagnose_command(task, "run") == (
        f"kvc-diagnose --model_dir=run --file='{path}' --task=3"
    )
    held_out = ReinflectionTask.from_examples(read_examples(path), read_examples(path))
    assert diagnose_command(held_out, "run") == "kvc-diagnose --model_dir=run"
