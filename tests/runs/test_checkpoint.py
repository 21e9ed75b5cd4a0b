import errno
import pathlib
import random
import subprocess
import sys

import keras
import numpy as np
import pytest
from training_runs import bits, environment

from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.runs import checkpoint
from keras_vae_collapse.runs.checkpoint import (
    DamagedCheckpoint,
    assign,
    load_checkpoint,
    save_checkpoint,
    variables_of,
)
from keras_vae_collapse.schedules import LinearAnnealing

ARRAYS = {
    "variables": [np.arange(6, dtype="float32").reshape(2, 3), np.array(7, "int64")],
    "best": [np.array([-0.0, np.nan, np.inf], "float32")],
}
STATE = {"epoch": 3, "best": {"best": [0.1, -2.5], "best_epoch": 2}, "history": [{"loss": 0.1}]}


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "epoch-00003.npz"
    save_checkpoint(path, ARRAYS, STATE)
    return path


def test_everything_comes_back_bit_for_bit(saved):
    arrays, state = load_checkpoint(saved)
    assert state == STATE
    as_bits = [
        {name: list(map(bits, group)) for name, group in a.items()} for a in (arrays, ARRAYS)
    ]
    assert as_bits[0] == as_bits[1]
    with np.load(saved, allow_pickle=False) as file:  # it is an ordinary archive
        assert "variables/00000" in file.files


@pytest.mark.slow
def test_more_than_ten_thousand_arrays_keep_their_order(tmp_path):
    arrays = {"variables": [np.array(i) for i in range(10_050)]}
    save_checkpoint(tmp_path / "many.npz", arrays, {})
    loaded, _ = load_checkpoint(tmp_path / "many.npz")
    assert [int(array) for array in loaded["variables"]] == list(range(10_050))


def test_a_file_cut_short_anywhere_is_damaged(saved):
    data = saved.read_bytes()
    for length in [0, 1, 63, 64, 65, *range(100, len(data), 97), len(data) - 1]:
        saved.write_bytes(data[:length])
        with pytest.raises(DamagedCheckpoint, match="is damaged"):
            load_checkpoint(saved)


def test_a_flipped_bit_anywhere_is_damage(saved):
    data = saved.read_bytes()
    rng = random.Random(0)
    positions = [0, len(data) - 1, *(rng.randrange(len(data)) for _ in range(300))]
    for position in positions:
        changed = bytearray(data)
        changed[position] ^= 1 << rng.randrange(8)
        saved.write_bytes(changed)
        with pytest.raises(DamagedCheckpoint, match="checksum"):
            load_checkpoint(saved)


def test_a_missing_file_is_named_and_a_pickle_is_not_unpickled(tmp_path):
    with pytest.raises(DamagedCheckpoint, match=r"none\.npz"):
        load_checkpoint(tmp_path / "none.npz")
    save_checkpoint(tmp_path / "a.npz", {"variables": [np.array([{"a": 1}], dtype=object)]}, {})
    with pytest.raises(DamagedCheckpoint, match="allow_pickle"):
        load_checkpoint(tmp_path / "a.npz")


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(saved, monkeypatch):
    old = saved.read_bytes()

    def full(path, data):
        with open(path, "wb") as file:
            file.write(bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(saved, ARRAYS, {"epoch": 4})
    monkeypatch.undo()
    assert saved.read_bytes() == old
    assert list(saved.parent.iterdir()) == [saved]


_KILLED_WHILE_WRITING = """
import os, random, runpy, signal, sys, time
import numpy as np

code, path = sys.argv[1:]
functions = runpy.run_path(code)  # by its path, without TensorFlow and its threads
load_checkpoint, save_checkpoint = functions["load_checkpoint"], functions["save_checkpoint"]
rng, seen = random.Random(0), set()
for generation in range(40):
    child = os.fork()
    if child == 0:
        while True:
            arrays = [np.full(50_000, generation, "float32")] * 4
            save_checkpoint(path, {"variables": arrays}, {"generation": generation})
    time.sleep(rng.uniform(0.0, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if os.path.exists(path):
        arrays, state = load_checkpoint(path)
        seen.add(state["generation"])
        assert all((array == state["generation"]).all() for array in arrays["variables"])
print("generations", len(seen))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_writer_killed_at_any_time_leaves_a_whole_file(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WHILE_WRITING, checkpoint.__file__, str(tmp_path / "x.npz")],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # It was written at least now and then, or nothing has been tested.
    assert int(done.stdout.split()[-1]) > 3


def _model():
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dropout(0.5, seed=1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def test_variables_are_weights_noise_and_optimizer_but_not_metrics():
    model = _model()
    model.fit(np.ones((4, 2)), np.ones((4, 3)), verbose=0)
    paths = [variable.path for variable in variables_of(model)]
    assert sum("kernel" in path for path in paths) == 3  # the weight and Adam's two moments
    assert any("seed" in path for path in paths)
    assert any("iteration" in path for path in paths)
    assert not any("mae" in path or "loss" in path or "total" in path for path in paths)


def test_the_step_of_a_schedule_is_among_the_variables():
    term = KLDivergence(LinearAnnealing(0.1))
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(3)(GaussianLatent(2, term)(inputs)))
    model.compile("adam", "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 3)), batch_size=2, verbose=0)
    saved = {id(variable) for variable in variables_of(model)}
    assert saved >= {id(variable) for variable in term.weights} and id(term.step) in saved
    assert keras.ops.convert_to_numpy(term.step) == 2


def test_values_of_another_model_are_refused():
    variables = variables_of(_model())
    arrays = [keras.ops.convert_to_numpy(variable) for variable in variables]
    assign(variables, arrays)
    first, *others = arrays
    for other in (others, [first.T, *others], [first.astype("float64"), *others]):
        with pytest.raises(DamagedCheckpoint, match="another model"):
            assign(variables, other)


def test_a_checkpoint_of_another_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "_FORMAT", 1)
    save_checkpoint(tmp_path / "a.npz", ARRAYS, STATE)
    monkeypatch.undo()
    with pytest.raises(DamagedCheckpoint, match="a.npz is damaged: its format is 1, expected 2"):
        load_checkpoint(tmp_path / "a.npz")


def test_the_first_value_that_differs_is_named():
    variables = variables_of(_model())
    arrays = [keras.ops.convert_to_numpy(variable) for variable in variables]
    kernel = variables[0].path
    count = len(arrays)
    for other, said in (
        ([arrays[0].T, *arrays[1:]], r"is \(\(3, 2\), 'float32'\) where \(\(2, 3\), 'float32', '"),
        (arrays[:-1], rf"of {count - 1} arrays where {count} are expected, .* is \(None,\) where "),
        ([*arrays, arrays[0]], r"is \(\(2, 3\), 'float32'\) where \(None,\) is expected. If an"),
    ):
        with pytest.raises(DamagedCheckpoint, match=said):
            assign(variables, other)
    with pytest.raises(DamagedCheckpoint, match=f"{kernel}.*--overwrite to begin again"):
        assign(variables, [arrays[0].T, *arrays[1:]])


def test_values_are_those_of_the_arrays():
    variables = variables_of(_model())
    arrays = [np.full(v.shape, 3, np.dtype(v.dtype)) for v in variables]
    assign(variables, arrays)
    assert all((keras.ops.convert_to_numpy(variable) == 3).all() for variable in variables)
