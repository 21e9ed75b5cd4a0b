"""Half precision on disk: size, values, and what it cannot hold."""

import keras
import numpy as np
import pytest

from zoo.half_precision import halve


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
def test_what_float16_cannot_hold_is_refused_and_the_file_stays(saved, value):
    model, path = saved
    model.weights[0].assign(np.full((50, 100), value))
    model.save(path)
    content = path.read_bytes()
    with pytest.raises(ValueError, match="float16 cannot hold"):
        halve(path)
    assert path.read_bytes() == content
