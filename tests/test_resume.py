import json
import pathlib
import random
import subprocess
import time

import pytest
from training_runs import (
    differences,
    finish,
    left_by,
    start,
    tiny,
    train,
    train_arguments,
    write_data,
)

from keras_vae_collapse import training
from keras_vae_collapse.runs import RunError
from keras_vae_collapse.tasks import ReinflectionTask

# One for each kind of state: a multiplier, schedules, gamma, an integral, moving statistics, a
# learned prior, noise on characters, spans and embeddings, heads with weights of their own,
# words without labels with two schedules, a multiplier that is told the distortion, and several
# samples.
RECIPES = (
    "mdr",
    "char_dropout_mdr",
    "kl_linear",
    "soft_free_bits",
    "control_vae",
    "bn_vae",
    "contiguous_dropout",
    "embedding_dropout",
    "z_forcing",
    "bag_of_chars",
    "aggressive_encoder",
    "encoder_pretraining",
    "geco",
    "iwae",
    "msved",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.mark.slow
@pytest.mark.exhaustive
def test_every_kind_of_state_is_resumed_bit_for_bit(data, tmp_path):
    code, output = finish(start("tests/resume_program.py", data, tmp_path, *RECIPES), timeout=1800)
    assert code == 0, output[-3000:]
    found = json.loads(output.strip().splitlines()[-1])
    assert found.keys() == set(RECIPES)
    for name, result in found.items():
        assert result["differences"] == [], name
        assert result["epoch"] > 1 and result["variables"] > 50


RUN = {
    "recipe": "char_dropout_mdr",
    "epochs": 10,
    "set": {"ema_momentum": 0.9, "learning_rate": 0.01, "dropout": 0.1, "patience": 6},
}


@pytest.fixture(scope="module")
def uninterrupted(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    code, output = train(data, folder, **RUN)
    assert code == 0, output[-3000:]
    return left_by(folder)


def _wait(process, folder, when, rng):
    """Until the moment `when` of a run; returns whether it was met before the run had ended.

    A busy machine may let the moment pass unseen: then the second new checkpoint is the moment.
    """
    checkpoints, began = folder / "checkpoints", time.monotonic()
    old = set(checkpoints.glob("epoch-*"))
    seconds = rng.uniform(0.0, 30.0)
    delay = rng.uniform(0.0, 0.3)
    while process.poll() is None:
        new = set(checkpoints.glob("epoch-*")) - old
        if when != "writing the results" and len(new) > 1:
            return True
        if when == "any time" and time.monotonic() - began > seconds:
            return True
        if when == "in mid-epoch" and new:
            time.sleep(delay)
            return True
        if when == "writing a checkpoint" and any(checkpoints.glob(".epoch*.partial/*.npz")):
            return True
        if when == "writing the results" and any(folder.glob(".export*.partial")):
            time.sleep(delay)
            return True
        time.sleep(0.0005)
    return False


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_killed_again_and_again_ends_like_one_never_stopped(data, uninterrupted, tmp_path):
    rng = random.Random(0)
    moments = ["writing a checkpoint", "in mid-epoch", "writing a checkpoint", "any time"]
    moments += ["writing the results", "in mid-epoch"]
    killed = 0
    for when in moments:
        begun = (tmp_path / "config.json").exists()
        process = start("train.py", *train_arguments(data, tmp_path, resume=begun, **RUN))
        if _wait(process, tmp_path, when, rng):
            process.kill()
            killed += 1
        process.communicate()
    code, output = train(data, tmp_path, resume=True, **RUN)
    assert code == 0, output[-3000:]
    assert differences(uninterrupted, left_by(tmp_path)) == []
    assert not list(tmp_path.rglob("*.partial"))
    assert killed > 3


@pytest.mark.slow
def test_more_epochs_can_be_asked_for_but_no_other_recipe_or_data(data, uninterrupted, tmp_path):
    folder = tmp_path / "run"
    assert train(data, folder, **{**RUN, "epochs": 2})[0] == 0
    before = left_by(folder)
    other = write_data(tmp_path / "other")
    with open(other / "turkish-task3-dev", "a", encoding="utf-8") as file:
        file.write("evler\tpos=N,num=SG\tev\n")
    for source, settings, seed, message in (
        (data, {"latent_dim": 5}, 0, "recipe.latent_dim was 4 and now is 5"),
        (other, {}, 0, "data.sha256 was"),
        (data, {}, 1, "seed was 0 and now is 1"),
    ):
        recipe = tiny(RUN["recipe"], **{**RUN["set"], **settings})
        options = {"epochs": 2, "seed": seed, "resume": True, "verbose": 0}
        with pytest.raises(RunError, match=message):
            training.train(recipe, ReinflectionTask(source), folder, **options)
    assert differences(before, left_by(folder)) == []
    moved = write_data(tmp_path / "moved")
    assert train(moved, folder, resume=True, **RUN)[0] == 0
    assert differences(uninterrupted, left_by(folder)) == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of 600 kB; a skip where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no small file system: mounting one needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_in_a_clear_error_and_the_run_goes_on_later(
    data, uninterrupted, small_disk
):
    folder = small_disk / "run"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(150_000))
    code, output = train(data, folder, **RUN)
    assert code == 1 and "No space left on device" in output, output[-3000:]
    assert "Traceback" not in output
    assert "the last good checkpoint is" in output
    assert list(pathlib.Path(folder, "checkpoints").glob("epoch-*.npz"))
    subprocess.run(["mount", "-o", "remount,size=60m", str(small_disk)], check=True)
    assert train(data, folder, resume=True, **RUN)[0] == 0
    assert differences(uninterrupted, left_by(folder)) == []


@pytest.mark.slow
def test_a_read_only_disk_is_named(data, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, output = train(data, small_disk / "run", **RUN)
    assert code == 1 and "kvc-train: cannot write to" in output, output[-3000:]
    assert f"{small_disk} may not be written to" in output and "Traceback" not in output
