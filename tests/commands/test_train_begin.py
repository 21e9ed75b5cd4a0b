"""What `kvc-train` does before a training begins: its folder, and how Ctrl-C ends it."""

import sys
import types

import pytest

import zoo
from keras_vae_collapse.commands import train


@pytest.fixture
def program(monkeypatch, tmp_path):
    """`program(*words)`: what a process of the command answers, and what Ctrl-C would ask for."""
    asked = []
    monkeypatch.setattr(train, "end_in_one_line", lambda *given: asked.append(given))
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["kvc-train", *words])
        monkeypatch.setattr(sys, "orig_argv", ["python", "train.py", *words])
        return train.main(zoo), asked

    return run


def stopped(*_):
    raise ValueError("seen enough")


def test_ctrl_c_says_how_to_begin_again_or_to_go_on(program, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "check_flags", stopped)
    run = tmp_path / "run"
    answer, ((message, may_finish),) = program("--output_dir=run")
    assert answer == "kvc-train: seen enough"
    assert message() == (
        "kvc-train: interrupted before training; start again with: python train.py --output_dir=run"
    )
    (run / "checkpoints").mkdir(parents=True)
    (run / "config.json").touch()
    go_on = "kvc-train: interrupted; go on with: python train.py --output_dir=run --resume"
    assert message() == go_on
    # What has not ended an epoch has nothing that a second signal would lose.
    assert not may_finish()
    (run / "checkpoints" / "epoch-00000.npz").touch()
    assert not may_finish()
    (run / "checkpoints" / "epoch-00001.npz").touch()
    assert may_finish()


def test_a_run_that_is_resumed_goes_on_however_early_it_is_stopped(program, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "check_flags", stopped)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").touch()
    _, ((first, _),) = program("--output_dir=run")
    assert "interrupted before training" in first()  # of another run, which is there already
    _, (_, (second, _)) = program("--output_dir=run", "--resume")
    assert second().endswith("go on with: python train.py --output_dir=run --resume")


def test_words_that_another_program_gives_leave_its_signals_alone(monkeypatch):
    monkeypatch.setattr(train, "check_flags", stopped)
    monkeypatch.setattr(train, "end_in_one_line", lambda *_: pytest.fail("our own process only"))
    assert train.main(zoo, ["--output_dir=run"]) == "kvc-train: seen enough"

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "check_flags", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train.main(zoo, ["--output_dir=run"])


def test_ctrl_c_that_comes_as_an_exception_is_one_line_too(program, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "check_flags", interrupted)
    assert program("--recipe=base")[0] == 130
    expected = "kvc-train: interrupted; go on with: python train.py --recipe=base --resume\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        ([], "runs/mdr"),
        (["--recipe=base"], "runs/base"),
        (["--cure=old/base/"], "old/base-cured"),
        (["--cure=old/base", "--output_dir=new"], "new"),
    ],
)
def test_a_run_has_a_folder_of_its_own(words, folder, monkeypatch):
    found = []

    def check_flags(values, output_dir):
        found.append(str(output_dir))
        raise ValueError("seen enough")

    monkeypatch.setattr(train, "check_flags", check_flags)
    train.main(zoo, words)
    assert found == [folder]


def test_all_recipes_are_listed_with_a_line_each(capsys):
    assert train.main(zoo, ["--recipe=list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == zoo.recipes()
    assert dict(line.split(maxsplit=1) for line in lines)["mdr"] == zoo.recipe("mdr").summary


@pytest.mark.parametrize("words", [["--help"], ["--help", "extra"]])
def test_help_has_all_flags_and_no_program_name(words, capsys):
    assert train.main(zoo, words) == 0
    text = capsys.readouterr().out
    assert text.startswith("Trains a recipe.\n\nflags:\n")
    shown = [name for name in train.arguments() if f"--{name}" in text or f"]{name}:" in text]
    assert set(shown) == set(train.arguments())


def test_a_cured_run_is_compared_with_the_one_it_cures(monkeypatch, tmp_path, capsys):
    place = "keras_vae_collapse.training."
    run = types.SimpleNamespace(model="a model", metrics={"ended_by": "epochs"})
    monkeypatch.setattr(train, "check_flags", lambda *_: None)
    monkeypatch.setattr(train, "cured_run", lambda values: f"cured {values.cure}")
    monkeypatch.setattr(train, "chosen_task", lambda values, recipe: recipe)
    monkeypatch.setattr(place + "description.check_training", lambda *_: None)
    monkeypatch.setattr(place + "process.prepare_process", lambda: None)
    monkeypatch.setattr(place + "train", lambda recipe, task, *_: run)
    monkeypatch.setattr(place + "report.write_run_page", lambda *_: None)
    monkeypatch.setattr(place + "summary.training_summary", lambda task, run: f"of {task}")
    monkeypatch.setattr(place + "cure.before_and_after", lambda *given: f"both: {given}")
    for words, expected in (
        ([f"--cure={tmp_path}"], f"of cured {tmp_path}\n\nboth: {(str(tmp_path), run.metrics)}\n"),
        (["--recipe=base"], "of "),
    ):
        assert train.main(zoo, words) == 0
        out = capsys.readouterr().out
        assert out.startswith(expected) and ("both" in out) == (words[0].startswith("--cure"))
