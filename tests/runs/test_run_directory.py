import errno
import functools
import json
import pathlib
import shutil
import subprocess
import sys

import pytest
from training_runs import environment

import zoo
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs import RunDirectory, lock, run_directory
from keras_vae_collapse.training import Recipe
from keras_vae_collapse.training.description import run_directory as run_directory_of_training

CONFIG = {
    "recipe": zoo.recipe("mdr").replace(latent_dim=4).to_config(),
    "data": {"name": "here", "sha256": "ab", "task": 3},
    "seed": 0,
    "epochs": 5,
    "decay_epochs": None,
    "versions": {"keras": "3.15"},
}


def change(config, dotted, value):
    """A copy of a configuration with one entry changed."""
    config = json.loads(json.dumps(config))
    *path, last = dotted.split(".")
    functools.reduce(dict.get, path, config)[last] = value
    return config


def contents(folder):
    """All files below a folder with their bytes, the lock aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def opened(path, config=CONFIG, **flags):
    """A `RunDirectory` that was opened and closed."""
    run = RunDirectory(path, lambda recipe: Recipe.from_config(recipe).to_config())
    run.open(config, **flags)
    run.close()
    return run


@pytest.fixture
def run(tmp_path):
    """The folder of a finished run, closed."""
    run = opened(tmp_path / "run")
    (run.checkpoints / "epoch-00001.npz").write_bytes(b"checkpoint")
    run.model.write_bytes(b"model")
    run.export.mkdir()
    run.metrics.write_text("{}")
    return run


def test_a_new_run_has_its_configuration_and_folders(tmp_path):
    for resume in (False, True):
        run = opened(tmp_path / f"resume {resume}" / "run", resume=resume)
        assert json.loads(run.config.read_text()) == CONFIG
        assert run.checkpoints.is_dir() and run.logs.is_dir()


def test_a_second_run_needs_a_flag_and_changes_nothing(run):
    before = contents(run.path)
    with pytest.raises(RunError, match="already holds a run: pass --resume"):
        opened(run.path)
    assert contents(run.path) == before


def test_overwriting_leaves_nothing_of_the_old_run_and_all_that_is_not_of_it(run):
    for name in ("round-1", "round-2", "teacher"):
        (run.path / name).mkdir()
        (run.path / name / "model.keras").write_bytes(b"teacher")
    assert len(run.rounds()) == 3
    (run.path / "thesis.tex").write_text("ten years of work")
    new = opened(run.path, change(CONFIG, "seed", 1), overwrite=True)
    assert contents(run.path).keys() == {"config.json", "thesis.tex"}
    assert not run.export.exists() and not new.rounds()


def test_a_killed_overwrite_still_holds_a_run(run, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_directory, "write_json", killed)
    monkeypatch.setattr(pathlib.Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        opened(run.path, overwrite=True)
    monkeypatch.undo()
    with pytest.raises(RunError, match="already holds a run"):
        opened(run.path)


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("recipe.latent_dim", 8, "recipe.latent_dim was 4 and now is 8"),
        ("recipe.rate_term.rate_nats", 2.0, "recipe.rate_term.rate_nats was 40.0"),
        ("data.sha256", "cd", "data.sha256 was 'ab' and now is 'cd'"),
        ("data.task", 1, "data.task was 3"),
        ("recipe.history_dropout", {"rate": 1}, "history_dropout was None and now is {'rate': 1}"),
        ("recipe.rate_term", None, "recipe.rate_term was {.*} and now is None"),
        ("seed", 1, "seed was 0 and now is 1"),
        ("decay_epochs", 7, "decay_epochs was None and now is 7"),
    ],
)
def test_another_configuration_cannot_resume_and_changes_nothing(run, entry, value, message):
    before = contents(run.path)
    with pytest.raises(RunError, match=message):
        opened(run.path, change(CONFIG, entry, value), resume=True)
    assert contents(run.path) == before


@pytest.mark.parametrize(
    ("entry", "value", "warning"),
    [
        ("data.name", "moved", ""),
        ("epochs", 9, ""),
        ("versions.keras", "4", "versions.keras was 3.15 and now is 4"),
    ],
)
def test_a_moved_data_set_more_epochs_and_another_version_can_resume(
    run, caplog, entry, value, warning
):
    opened(run.path, change(CONFIG, entry, value), resume=True)
    assert (run.checkpoints / "epoch-00001.npz").exists()
    assert json.loads(run.config.read_text()) == change(CONFIG, entry, value)
    assert warning in caplog.text and bool(warning) == bool(caplog.text)


def test_a_run_of_version_0_1_is_resumed_unless_its_teacher_stands_elsewhere(run):
    run.config.write_text(json.dumps({**CONFIG, "recipe": "old"}))
    new = RunDirectory(run.path, todays_recipe={"old": CONFIG["recipe"]}.get)
    with pytest.raises(RunError, match="seed was 0"):
        new.open({**CONFIG, "seed": 1}, resume=True)
    new.open(CONFIG, resume=True)
    new.close()
    (run.path / "teacher").mkdir()
    with pytest.raises(RunError, match="version 0.1 began it, with its teacher"):
        opened(run.path, resume=True)


def test_a_run_with_slots_of_an_earlier_version_says_what_to_do(run):
    old = {"char_dim": 8, "rate_term": "MDRConstraint", "slots": 2}
    run.config.write_text(json.dumps({**CONFIG, "recipe": old}))
    before = contents(run.path)
    with pytest.raises(RunError, match="slots are those of an earlier.*pass --overwrite to begin"):
        run_directory_of_training(run.path).check(CONFIG, resume=True)
    assert contents(run.path) == before


@pytest.mark.parametrize("name", ["model.keras", "metrics.json", "predictions-dev.tsv", "export"])
def test_results_without_a_checkpoint_are_not_replaced_by_a_resumed_run(run, name):
    shutil.rmtree(run.checkpoints)
    for path in (run.model, run.metrics):
        path.unlink()
    run.export.rmdir()
    opened(run.path, resume=True)  # a run that was killed before its first checkpoint
    (run.path / name).mkdir()
    (run.path / name / "work").write_text("work")
    before = contents(run.path)
    with pytest.raises(RunError, match=f"holds {name}, but no checkpoint.*Pass --overwrite"):
        opened(run.path, resume=True)
    assert contents(run.path) == before


def test_to_go_on_and_to_begin_again_is_too_much(run):
    with pytest.raises(RunError, match="pass one of them"):
        opened(run.path, resume=True, overwrite=True)


@pytest.mark.parametrize(
    ("ended_by", "epochs", "minutes", "why"),
    [
        ("epochs", 3, None, "all of its 3 epochs"),
        ("epochs", 4, None, None),
        ("patience", 9, None, "the last ones made it no better"),
        ("max_minutes", 9, 2.0, "its 2 minutes are used up"),
        ("max_minutes", 9, 2.2, None),
        ("max_minutes", 9, None, None),
        ("SIGINT", 3, None, None),
        (None, 3, None, None),  # of an earlier version
    ],
)
def test_a_finished_run_says_why(run, ended_by, epochs, minutes, why):
    assert run.why_finished(3) is None  # no predictions
    run.predictions.write_text("a")
    (run.export / "saved_model.pb").write_text("a")
    run.metrics.write_text(json.dumps({"epochs": 3, "training_minutes": 2.1, "ended_by": ended_by}))
    found = run.why_finished(epochs, minutes)
    assert (found is None) if why is None else why in found


@pytest.mark.parametrize("damage", ["", "{", "[1]", "{}", '{"recipe": {}}', '{"recipe": {"x": 1}}'])
def test_a_damaged_configuration_cannot_resume(run, damage):
    run.config.write_text(damage)
    with pytest.raises(RunError, match="config.json is damaged"):
        opened(run.path, resume=True)
    assert (run.checkpoints / "epoch-00001.npz").exists()


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    "name",
    ["model.keras", "metrics.json", "predictions-dev.tsv", "export", "round-1", "checkpoints"],
)
def test_results_of_unknown_origin_are_neither_taken_up_nor_replaced(tmp_path, name, resume):
    (tmp_path / name).mkdir()
    (tmp_path / name / "work").write_text("work")
    with pytest.raises(RunError, match=f"holds {name}, but no config.json that says of what"):
        opened(tmp_path, resume=resume)
    assert contents(tmp_path) == {f"{name}/work": b"work"}


def test_what_a_killed_process_was_writing_is_cleared_away(run):
    for name in ("checkpoints/epoch-00002.npz", "logs/dev/latent.tsv", "metrics.json"):
        path = run.path / name
        partial = path.parent / f".{path.name}.abc.partial"
        partial.mkdir(parents=True)
        (partial / path.name).write_bytes(b"half")
    opened(run.path, resume=True)
    assert [path.name for path in run.checkpoints.iterdir()] == ["epoch-00001.npz"]
    assert not list(run.path.rglob("*.partial"))


_HOLD = """
import runpy, sys, time
lock = runpy.run_path(sys.argv[1])["DirectoryLock"](sys.argv[2])
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def test_a_folder_that_another_process_has_is_refused_until_that_process_is_dead(run):
    before = contents(run.path)
    command = [sys.executable, "-c", _HOLD, lock.__file__, str(run.path)]
    owner = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE)
    try:
        assert owner.stdout.readline() == b"held\n"
        for _ in range(2):  # a refused process does not take the owner's name away
            with pytest.raises(RunError, match=f"process {owner.pid} on .* is training in"):
                opened(run.path, resume=True)
    finally:
        owner.kill()
        owner.communicate()
    assert contents(run.path) == before
    opened(run.path, resume=True)


@pytest.mark.parametrize("flag", ["resume", "overwrite"])
def test_a_refused_run_gives_the_lock_back(run, flag):
    with pytest.raises(RunError):
        opened(run.path)
    opened(run.path, **{flag: True})


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write to .*file/run"):
        opened(tmp_path / "file" / "run")


def test_a_read_only_file_system_is_named(run, monkeypatch):
    # Permission bits do not stop root, so the system's answer is put in its place.
    before = contents(run.path)

    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    with pytest.raises(RunError, match="cannot write to .*Read-only file system"):
        opened(run.path, resume=True)
    monkeypatch.setattr("builtins.open", read_only)
    with pytest.raises(RunError, match="cannot write to .*Read-only file system"):
        opened(run.path, resume=True)
    monkeypatch.undo()
    assert contents(run.path) == before


def test_a_refusal_to_resume_says_how_the_run_was_begun_and_what_cannot_change(run):
    begun = {**CONFIG, "command": ["kvc-train", "--output_dir=my run"], "epochs": 9}
    run.config.write_text(json.dumps(begun))
    with pytest.raises(RunError) as caught:
        opened(run.path, change(CONFIG, "seed", 1), resume=True)
    assert str(caught.value) == (
        f"cannot resume {run.path}, the run was started otherwise:\n  seed was 0 and now is 1\n"
        "it was begun by: kvc-train '--output_dir=my run'"
    )
    run.config.write_text(json.dumps(CONFIG))
    with pytest.raises(RunError) as caught:
        opened(run.path, change(CONFIG, "decay_epochs", 7), resume=True)
    assert str(caught.value).endswith(
        "with --set learning_rate_decay=constant from the start it can"
    )


def test_versions_that_nobody_knows_are_not_compared(run, caplog):
    config = {name: value for name, value in CONFIG.items() if name != "versions"}
    opened(run.path, config, resume=True)
    assert not caplog.messages


def test_a_fresh_folder_may_hold_what_is_no_result(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "export").mkdir()  # empty
    run = opened(tmp_path)
    assert run.config.exists() and (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("metrics", ["{", "[]", "{}", '{"epochs": "x", "training_minutes": 1}'])
def test_figures_that_are_damaged_are_named(run, metrics):
    run.predictions.write_text("a")
    (run.export / "saved_model.pb").write_text("a")
    run.metrics.write_text(metrics)
    with pytest.raises(RunError, match="metrics.json is damaged: "):
        run.why_finished(3)


def test_minutes_that_were_all_used_are_used_up(run):
    run.predictions.write_text("a")
    (run.export / "saved_model.pb").write_text("a")
    for minutes, why in ((2.5, "its 2.5 minutes are used up"), (2.51, None)):
        used = {"epochs": 3, "training_minutes": 2.5, "ended_by": "max_minutes"}
        run.metrics.write_text(json.dumps(used))
        assert run.why_finished(9, minutes) == why


def test_a_folder_that_cannot_be_made_is_named_before_anything_is_written(tmp_path):
    (tmp_path / "file").write_text("")
    message = f"cannot write to {tmp_path}/file/run: {tmp_path}/file is no folder"
    with pytest.raises(RunError, match=f"^{message}$"):
        RunDirectory(tmp_path / "file" / "run").check(CONFIG)
    RunDirectory(tmp_path / "new" / "run").check(CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_may_not_be_written_to_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)  # nothing stops root
    with pytest.raises(RunError, match=f"{tmp_path}/run: {tmp_path} may not be written to$"):
        RunDirectory(tmp_path / "run").check(CONFIG)
