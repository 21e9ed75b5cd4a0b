"""Every public class: a case in the table, and an example that runs."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys

import keras
import pytest
from cases import LAYERS, PUBLIC, classes_of_terms

import keras_vae_collapse


def test_every_public_class_has_a_case():
    terms = {cls.__name__ for cls in classes_of_terms()}
    # Tables of their own: `test_distortions.py`, and the metric in `test_saved_models.py`.
    others = (keras.metrics.Metric, keras.losses.Loss)
    others = {name for name, cls in PUBLIC.items() if issubclass(cls, others)}
    assert set(PUBLIC) - terms - others == set(LAYERS)


def _examples():
    """`{public name: python code of its docstring}`."""
    found = {}
    for info in pkgutil.walk_packages(keras_vae_collapse.__path__, "keras_vae_collapse."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if getattr(value, "__module__", None) == info.name and not name.startswith("_"):
                code = re.findall(r"```python\n(.*?)```", inspect.getdoc(value) or "", re.DOTALL)
                if code:
                    found[f"{info.name}.{name}"] = "\n".join(code)
    return found


EXAMPLES = _examples()


def test_every_public_class_has_an_example():
    documented = {name.rsplit(".", 1)[1] for name in EXAMPLES}
    assert set(PUBLIC) - documented == set()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_example_of_the_docstring_runs(name):
    exec(compile(EXAMPLES[name], name, "exec"), {"__name__": "example"})


def test_importing_under_another_backend_says_so_in_one_line():
    code = "import keras; keras.backend.backend = lambda: 'jax'; import keras_vae_collapse.layers"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = result.stderr.strip().splitlines()[-1]
    assert result.returncode and last.startswith("ImportError: keras_vae_collapse needs Keras on")
