"""Models of every public class, saved here and loaded in fresh processes."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from cases import HOSTS, INPUTS, NAMES, inference

LOAD_KERAS = """
import sys, pathlib, keras, numpy as np, json
import keras_vae_collapse
folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
import cases
for path in sorted(folder.glob("*.keras")):
    model = keras.saving.load_model(path, safe_mode=True)
    np.save(path.with_suffix(".loaded.npy"), cases.inference(path.stem, model))
"""

LOAD_TENSORFLOW = """
import sys, pathlib, pickle
import numpy as np, tensorflow as tf
folder = pathlib.Path(sys.argv[1])
for path in sorted(p for p in folder.iterdir() if p.is_dir()):
    with np.load(path.with_suffix(".inputs.npz")) as file:
        arrays = {name: tf.constant(file[name]) for name in file.files}
    model = tf.saved_model.load(str(path))
    named = {n: a for n, a in arrays.items() if not n.isdigit()}
    x = named or [arrays[str(i)] for i in range(len(arrays))]
    x = x[0] if isinstance(x, list) and len(x) == 1 else x
    np.save(path.with_suffix(".exported.npy"), model.serve(x))
assert "keras_vae_collapse" not in sys.modules
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every case saved as NAME.keras and as a SavedModel, with its outputs."""
    import pathlib

    folder = tmp_path_factory.mktemp("saved")
    for name in NAMES:
        model = HOSTS[name]()
        np.save(folder / f"{name}.npy", inference(name, model))
        model.save(folder / f"{name}.keras")
        x = INPUTS[name]
        arrays = x if isinstance(x, dict) else (x if isinstance(x, list) else [x])
        named = arrays if isinstance(x, dict) else {str(i): a for i, a in enumerate(arrays)}
        np.savez(folder / f"{name}.inputs.npz", **named)
        specs = {n: tf.TensorSpec([None, *a.shape[1:]], a.dtype) for n, a in named.items()}
        signature = [specs] if isinstance(x, dict) else None
        model.export(folder / name, verbose=False, input_signature=signature)
    here = str(pathlib.Path(__file__).parent)
    for script in (LOAD_KERAS, LOAD_TENSORFLOW):
        done = subprocess.run(
            [sys.executable, "-c", script, str(folder), here], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_keras_file_gives_the_same_outputs_in_a_fresh_process(folder, name):
    np.testing.assert_array_equal(
        np.load(folder / f"{name}.loaded.npy"), np.load(folder / f"{name}.npy")
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_gives_the_same_outputs_with_tensorflow_alone(folder, name):
    np.testing.assert_allclose(
        np.load(folder / f"{name}.exported.npy"),
        np.load(folder / f"{name}.npy"),
        rtol=1e-5,
        atol=1e-5,
    )
