"""Every public class: a case in the table, a configuration that comes back, a live example."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from cases import HOSTS, INPUTS, METRICS, NAMES, PUBLIC, inference

import keras_vae_collapse


def _find(model, cls):
    """An object of the class among the model's parts."""
    seen, stack = set(), [model]
    while stack:
        part = stack.pop()
        if isinstance(part, cls):
            return part
        if id(part) in seen or not hasattr(part, "__dict__"):
            continue
        seen.add(id(part))
        stack += list(getattr(part, "layers", []) or []) + list(vars(part).values())
    raise AssertionError(f"no {cls.__name__} in {model.name}")


def test_every_public_class_has_a_case():
    assert set(PUBLIC) == set(HOSTS) | METRICS


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - METRICS))
def test_the_configuration_comes_back(name):
    part = _find(HOSTS[name](), PUBLIC[name])
    config = keras.saving.serialize_keras_object(part)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(part)
    assert keras.saving.serialize_keras_object(again)["config"] == config["config"]


@pytest.mark.parametrize("name", NAMES)
def test_eager_and_graph_agree(name):
    model = HOSTS[name]()
    graph = tf.function(lambda x: model(x, training=False))(INPUTS[name])
    np.testing.assert_allclose(graph, inference(name, model), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", NAMES)
def test_mixed_precision_keeps_losses_finite_and_in_float32(name, policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = HOSTS[name]()
        outputs = model(INPUTS[name], training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(np.asarray(outputs, "float32")).all()
    for loss in model.losses:
        assert loss.dtype == tf.float32 and np.isfinite(loss)


def _modules():
    yield from (
        info.name
        for info in pkgutil.walk_packages(keras_vae_collapse.__path__, "keras_vae_collapse.")
    )


def _examples():
    """`{public name: python code of its docstring}`."""
    found = {}
    for module_name in _modules():
        module = importlib.import_module(module_name)
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == module_name and not name.startswith("_"):
                code = re.findall(r"```python\n(.*?)```", inspect.getdoc(value) or "", re.DOTALL)
                if code:
                    found[f"{module_name}.{name}"] = "\n".join(code)
    return found


EXAMPLES = _examples()


def test_every_public_class_has_an_example():
    documented = {name.rsplit(".", 1)[1] for name in EXAMPLES}
    assert set(PUBLIC) - documented == set()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_example_of_the_docstring_runs(name):
    exec(compile(EXAMPLES[name], name, "exec"), {"__name__": "example"})


def test_importing_under_another_backend_says_so_in_one_line():
    code = "import keras; keras.backend.backend = lambda: 'jax'; import keras_vae_collapse"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = result.stderr.strip().splitlines()[-1]
    assert result.returncode and last.startswith("ImportError: keras_vae_collapse needs Keras on")
