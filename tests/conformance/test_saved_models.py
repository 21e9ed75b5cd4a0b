"""Models of every public class, saved here and loaded in fresh processes."""

import json
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from cases import LAYERS, latent_model, layer_model
from fresh_process import run
from rate_term_cases import TERMS

from keras_vae_collapse.metrics import ActiveUnits

LOAD_KERAS = """
import json, pathlib, sys
import keras, numpy as np
import keras_vae_collapse
from fresh_process import read_inputs, run
folder = pathlib.Path(sys.argv[1])
assert not {"keras_vae_collapse.layers", "keras_vae_collapse.losses"} & set(sys.modules)
for path in sorted(folder.glob("*.keras")):
    model = keras.saving.load_model(path)
    np.save(path.with_suffix(".loaded.npy"), run(model, read_inputs(path.with_suffix(".npz"))))
metric = keras.saving.deserialize_keras_object(json.loads((folder / "metric.json").read_text()))
assert type(metric).__name__ == "ActiveUnits"
"""

LOAD_TENSORFLOW = """
import pathlib, sys
import numpy as np, tensorflow as tf
folder = pathlib.Path(sys.argv[1])
for path in sorted(p for p in folder.iterdir() if p.is_dir()):
    with np.load(path.with_suffix(".npz")) as arrays:
        x = [tf.constant(arrays[name]) for name in arrays.files]
    model = tf.saved_model.load(str(path))
    outputs = model.serve(x if len(x) > 1 else x[0])
    np.save(path.with_suffix(".exported.npy"), np.ravel(outputs))
assert "keras_vae_collapse" not in sys.modules
"""
# A class of a user's own must be imported before it can be loaded.
OURS = [name for name in LAYERS if name != "VampPrior"]
LOADED = [*OURS, *sorted(set(TERMS) - {"user"})]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every case as NAME.keras, layers also as a SavedModel, with inputs, outputs and losses."""
    folder = tmp_path_factory.mktemp("saved")
    for name in LOADED:
        model, arrays = layer_model(name) if name in LAYERS else latent_model(TERMS[name]())
        np.savez(folder / f"{name}.npz", *arrays)
        np.save(folder / f"{name}.npy", run(model, arrays))
        model.save(folder / f"{name}.keras")
        if name in LAYERS:
            model.export(folder / name, verbose=False)
    metric = json.dumps(keras.saving.serialize_keras_object(ActiveUnits(3)))
    (folder / "metric.json").write_text(metric)
    for script in (LOAD_KERAS, LOAD_TENSORFLOW):
        done = subprocess.run(
            [sys.executable, "-c", script, str(folder)],
            capture_output=True,
            text=True,
            cwd=pathlib.Path(__file__).parent,
        )
        assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", LOADED)
def test_a_keras_file_gives_the_same_outputs_where_only_the_package_is_imported(folder, name):
    np.testing.assert_array_equal(
        np.load(folder / f"{name}.loaded.npy"), np.load(folder / f"{name}.npy")
    )


@pytest.mark.parametrize("name", OURS)
def test_a_saved_model_gives_the_same_outputs_with_tensorflow_alone(folder, name):
    exported = np.load(folder / f"{name}.exported.npy")
    outputs = np.load(folder / f"{name}.npy")[: len(exported)]
    np.testing.assert_allclose(exported, outputs, rtol=1e-5, atol=1e-5)
