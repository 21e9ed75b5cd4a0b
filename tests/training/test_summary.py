"""What the summary of a run says of its latent, and the command that it ends in."""

import pytest
from copy_task import CopyTask

from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask, read_examples
from keras_vae_collapse.training.options import FinishedRun
from keras_vae_collapse.training.summary import diagnose_command, figures_table, training_summary

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


def test_greedy_and_beam_search_stand_side_by_side_above_the_latent():
    figures = {"accuracy": 0.5, "examples": 2400, "rate_nats": 9.5, "word": "x"}
    table = figures_table(CopyTask(), {**figures, "beam": {"width": 8, "accuracy": 0.75}})
    assert table.split("\n") == [
        " " * 42 + "    greedy    beam 8",
        "accuracy".ljust(42) + "    0.5000    0.7500",
        "rate R (nats/example)".ljust(42) + "     9.500",
        "examples".ljust(42) + "     2,400",
    ]
    first, second, *_ = figures_table(CopyTask(), figures).split("\n")
    assert first.split() == ["greedy"] and second.split() == ["accuracy", "0.5000"]


def test_all_that_was_written_is_listed_and_how_to_look_at_it(tmp_path):
    (tmp_path / "round-1").mkdir()
    (tmp_path / "report.html").touch()
    dev = {"accuracy": 0.5, "examples": 24, **USED}
    metrics = {"dev": dev, "best_epoch": 3, "held_out": {**dev, "accuracy": 0.25}}
    run = FinishedRun(RunDirectory(tmp_path), metrics, None)
    lines = training_summary(CopyTask(), run).split("\n")
    held = lines.index("held out, development examples that have chosen nothing")
    assert lines[:2] == ["", "development set, weights of epoch 3"] and lines[held - 1] == ""
    assert lines[3].split() == ["accuracy", "0.5000"]
    assert lines[held + 2].split() == ["accuracy", "0.2500"]
    names = ("model.keras", "export", "metrics.json", "predictions-dev.tsv", "logs", "checkpoints")
    assert lines[lines.index("written:") - 1 :] == [
        "", "written:", *(f"  {tmp_path / name}" for name in (*names, "round-1")),
        f"read:     {tmp_path / 'report.html'}, in a browser",
        f"watch:    tensorboard --logdir {tmp_path / 'logs'}",
        "diagnose: keras_vae_collapse.diagnostics.diagnose, from Python",
    ]  # fmt: skip
    assert not any(line.startswith(("read", "held")) for line in summary(USED, slice(None)))
