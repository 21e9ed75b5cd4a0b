import errno
import json
import logging
import pathlib
import subprocess
import sys

import pytest
from training_runs import environment

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs import RunDirectory, lock, run_directory

CONFIG = {
    "recipe": {"name": "mdr", "latent_dim": 4, "rate_term": {"rate_nats": 40.0}},
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
    place = config
    for name in path:
        place = place[name]
    place[last] = value
    return config


def contents(folder):
    """All files below a folder with their bytes, the lock aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture
def run(tmp_path):
    """The folder of a finished run, closed."""
    run = RunDirectory(tmp_path / "run")
    run.open(CONFIG)
    (run.checkpoints / "epoch-00001.npz").write_bytes(b"checkpoint")
    run.model.write_bytes(b"model")
    run.export.mkdir()
    run.metrics.write_text("{}")
    run.close()
    return run


def test_a_new_run_has_its_configuration_and_folders(tmp_path):
    run = RunDirectory(tmp_path / "deep" / "run")
    run.open(CONFIG)
    assert json.loads(run.config.read_text()) == CONFIG
    assert run.checkpoints.is_dir() and run.logs.is_dir()
    run.close()


def test_a_second_run_needs_a_flag_and_changes_nothing(run):
    before = contents(run.path)
    with pytest.raises(RunError, match="already holds a run: pass --resume"):
        RunDirectory(run.path).open(CONFIG)
    assert contents(run.path) == before


def test_overwriting_leaves_nothing_of_the_old_run(run):
    for name in ("round-1", "round-2", "teacher"):
        (run.path / name).mkdir()
        (run.path / name / "model.keras").write_bytes(b"teacher")
    new = RunDirectory(run.path)
    new.open(change(CONFIG, "seed", 1), overwrite=True)
    assert contents(run.path).keys() == {"config.json"}
    assert not run.export.exists() and not new.rounds()
    new.close()


def test_overwriting_deletes_nothing_that_is_not_of_a_run(run):
    (run.path / "thesis.tex").write_text("ten years of work")
    RunDirectory(run.path).open(CONFIG, overwrite=True)
    assert (run.path / "thesis.tex").exists()


def test_a_killed_overwrite_still_holds_a_run(run, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_directory, "write_json", killed)
    monkeypatch.setattr(pathlib.Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        RunDirectory(run.path).open(CONFIG, overwrite=True)
    monkeypatch.undo()
    with pytest.raises(RunError, match="already holds a run"):
        RunDirectory(run.path).open(CONFIG)


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("recipe.latent_dim", 8, "recipe.latent_dim was 4 and now is 8"),
        ("recipe.rate_term.rate_nats", 2.0, "recipe.rate_term.rate_nats was 40.0"),
        ("data.sha256", "cd", "data.sha256 was 'ab' and now is 'cd'"),
        ("data.task", 1, "data.task was 3"),
        ("seed", 1, "seed was 0 and now is 1"),
        ("decay_epochs", 7, "decay_epochs was None and now is 7"),
    ],
)
def test_another_configuration_cannot_resume_and_changes_nothing(run, entry, value, message):
    before = contents(run.path)
    with pytest.raises(RunError, match=message):
        RunDirectory(run.path).open(change(CONFIG, entry, value), resume=True)
    assert contents(run.path) == before


@pytest.mark.parametrize(("entry", "value"), [("data.name", "moved"), ("epochs", 9)])
def test_a_moved_data_set_and_more_epochs_can_resume(run, entry, value):
    new = RunDirectory(run.path)
    new.open(change(CONFIG, entry, value), resume=True)
    assert (run.checkpoints / "epoch-00001.npz").exists()
    assert json.loads(run.config.read_text()) == change(CONFIG, entry, value)
    new.close()


def test_another_version_can_resume_with_a_warning(run, caplog):
    with caplog.at_level(logging.WARNING):
        RunDirectory(run.path).open(change(CONFIG, "versions.keras", "4"), resume=True)
    assert "versions.keras was 3.15 and now is 4" in caplog.text


def test_resume_without_a_run_starts_one(tmp_path):
    run = RunDirectory(tmp_path / "new")
    run.open(CONFIG, resume=True)
    assert run.config.exists()
    run.close()


@pytest.mark.parametrize("damage", ["", "{", "[1]", "{}"])
def test_a_damaged_configuration_cannot_resume(run, damage):
    run.config.write_text(damage)
    with pytest.raises(RunError):
        RunDirectory(run.path).open(CONFIG, resume=True)
    assert (run.checkpoints / "epoch-00001.npz").exists()


def test_checkpoints_of_unknown_origin_are_not_taken_up(run):
    run.config.unlink()
    for resume in (False, True):
        with pytest.raises(RunError, match="no config.json that says of what"):
            RunDirectory(run.path).open(CONFIG, resume=resume)


@pytest.mark.parametrize(
    "name",
    ["model.keras", "metrics.json", "predictions-dev.tsv", "export", "round-1", "teacher"],
)
def test_results_of_unknown_origin_are_not_replaced(tmp_path, name):
    (tmp_path / name).write_text("work")
    with pytest.raises(RunError, match=f"holds {name}, but no config.json"):
        RunDirectory(tmp_path).open(CONFIG)
    assert (tmp_path / name).read_text() == "work" and not (tmp_path / "config.json").exists()


def test_what_a_killed_process_was_writing_is_cleared_away(run):
    partial = run.checkpoints / ".epoch-00002.npz.abc.partial"
    partial.mkdir()
    (partial / "epoch-00002.npz").write_bytes(b"half")
    new = RunDirectory(run.path)
    new.open(CONFIG, resume=True)
    assert [path.name for path in run.checkpoints.iterdir()] == ["epoch-00001.npz"]
    new.close()


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
                RunDirectory(run.path).open(CONFIG, resume=True)
    finally:
        owner.kill()
        owner.communicate()
    assert contents(run.path) == before
    RunDirectory(run.path).open(CONFIG, resume=True)


@pytest.mark.parametrize("flag", ["resume", "overwrite"])
def test_a_refused_run_gives_the_lock_back(run, flag):
    with pytest.raises(RunError):
        RunDirectory(run.path).open(CONFIG)
    RunDirectory(run.path).open(CONFIG, **{flag: True})


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write to .*file/run"):
        RunDirectory(tmp_path / "file" / "run").open(CONFIG)


def test_a_read_only_file_system_is_named(run, monkeypatch):
    # Permission bits do not stop root, so the system's answer is put in its place.
    before = contents(run.path)

    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    with pytest.raises(RunError, match="cannot write to .*Read-only file system"):
        RunDirectory(run.path).open(CONFIG, resume=True)
    monkeypatch.setattr("builtins.open", read_only)
    with pytest.raises(RunError, match="cannot write to .*Read-only file system"):
        RunDirectory(run.path).open(CONFIG, resume=True)
    monkeypatch.undo()
    assert contents(run.path) == before
