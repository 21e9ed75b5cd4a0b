"""`import keras_vae_collapse` is light, and makes every class loadable all the same."""

import subprocess
import sys

import keras
import pytest
from slow_cases import mostly_slow

import keras_vae_collapse
from keras_vae_collapse.core.registration import CLASSES, RENAMED, registered_class

LOADED = """
import keras
names = [name.split(">")[1] for name in keras.saving.get_custom_objects()]
assert "MDRConstraint" in names and "ReinflectionVAE" in names, names
config = {"class_name": "ReplicaAdam", "module": "anywhere", "config": {"learning_rate": 0.5},
          "registered_name": "keras_vae_collapse>ReplicaAdam"}
assert keras.saving.deserialize_keras_object(config).learning_rate == 0.5
"""
ORDERS = {
    "before keras": "import keras_vae_collapse, sys; assert 'keras' not in sys.modules",
    "after keras": "import keras, keras_vae_collapse",
    "before tensorflow": "import keras_vae_collapse, tensorflow",
}


@pytest.mark.parametrize("order", mostly_slow(ORDERS, ("after keras",)))
def test_a_class_is_found_in_a_fresh_process(order):
    code = f"{ORDERS[order]}\n{LOADED}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_table_names_every_class_that_is_registered():
    modules = {name: vars_of(name) for name in CLASSES}
    for package, names in CLASSES.items():
        for name in names:
            cls = modules[package][name]
            assert registered_class(f"keras_vae_collapse>{name}") is cls
    ours = {n.split(">")[1] for n in keras.saving.get_custom_objects() if n.startswith("keras_vae")}
    named = {name for names in CLASSES.values() for name in names}
    internal = {n for n in ours - named - set(RENAMED) if n.startswith("_")}
    assert ours - named - set(RENAMED) == internal


def vars_of(package):
    import importlib

    module = importlib.import_module(f"keras_vae_collapse.{package}")
    return {name: getattr(module, name) for name in CLASSES[package]}


def test_old_names_are_found():
    for old, new in RENAMED.items():
        assert registered_class(f"keras_vae_collapse>{old}").__name__ == new


def test_subpackages_load_when_they_are_used():
    assert keras_vae_collapse.losses.KLDivergence and "layers" in dir(keras_vae_collapse)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = keras_vae_collapse.nothing
