"""Half precision on disk: size, values, and what it cannot hold."""

import io
import zipfile

import h5py
import keras
import numpy as np
import pytest

from zoo.half_precision import WEIGHTS, halve


@pytest.fixture
def saved(tmp_path):
    model = keras.Sequential([keras.Input((50,)), keras.layers.Dense(100), keras.layers.Dense(3)])
    model.save(tmp_path / "model.keras")
    return model, tmp_path / "model.keras"


def test_the_file_is_about_half_and_loads_to_float32(saved):
    model, path = saved
    before = path.stat().st_size
    halve(path)
    assert path.stat().st_size < before - 1.9 * model.count_params()
    for weight, loaded in zip(model.weights, keras.saving.load_model(path).weights, strict=True):
        assert loaded.dtype == "float32"
        expected = np.asarray(weight).astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(loaded, expected)


@pytest.mark.parametrize("value", [70_000.0, float("nan")])
def test_what_float16_cannot_hold_is_refused_and_the_file_stays(saved, value, recwarn):
    model, path = saved
    model.weights[0].assign(np.full((50, 100), value))
    model.save(path)
    content = path.read_bytes()
    with pytest.raises(ValueError, match="float16 cannot hold"):
        halve(path)
    assert path.read_bytes() == content
    assert not [warning for warning in recwarn if warning.category is RuntimeWarning]


def test_what_is_no_float32_stays_and_so_do_attributes(tmp_path, recwarn):
    weights, path = io.BytesIO(), tmp_path / "model.keras"
    kept = {"ids": np.array([70_000, 3]), "exact": np.array([0.1]), "flag": np.array(True)}
    with h5py.File(weights, "w") as file:
        file.attrs["saved by"] = "us"
        group = file.create_group("layers/dense")
        group.attrs["name"] = "dense"
        for name, values in {**kept, "kernel": np.float32([0.1, -3.0])}.items():
            group.create_dataset(name, data=values).attrs["of"] = name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr(WEIGHTS, weights.getvalue())
    halve(path)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["config.json", WEIGHTS]
        assert archive.read("config.json") == b"{}"
        halved = io.BytesIO(archive.read(WEIGHTS))
    with h5py.File(halved) as file:
        group = file["layers/dense"]
        assert file.attrs["saved by"] == "us" and group.attrs["name"] == "dense"
        for name, values in kept.items():
            assert group[name].dtype == values.dtype and np.array_equal(group[name][()], values)
            assert group[name].attrs["of"] == name
        assert group["kernel"].dtype == "float16"
        np.testing.assert_array_equal(group["kernel"], np.float16([0.1, -3.0]))
    assert not recwarn.list
