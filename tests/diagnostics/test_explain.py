"""`explain` on compiled models: what it refuses, what it leaves alone, what it finds."""

import json
import pathlib
import re

import failing_models
import keras
import numpy as np
import pytest

from keras_vae_collapse.diagnostics import CAUSES, LatentModel, explain
from keras_vae_collapse.diagnostics.examination.unchanged import reachable_variables
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import BernoulliNLL, GaussianNLL, KLDivergence, MDRConstraint

ROWS, SIZE = 128, 12


@pytest.fixture(scope="module")
def x():
    patterns = np.random.default_rng(0).integers(2, size=(8, SIZE))
    return np.tile(patterns, (ROWS // 8, 1)).astype("float32")


def build(rate_term=None, loss=None, **options):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((SIZE,))
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(16, activation="relu")(inputs))
    latent = GaussianLatent(2, rate_term=rate_term, **options)
    hidden = keras.layers.Dropout(0.1)(keras.layers.Dense(16, activation="relu")(latent(hidden)))
    model = keras.Model(inputs, keras.layers.Dense(SIZE)(hidden))
    model.compile(keras.optimizers.Adam(5e-3), loss or BernoulliNLL())
    return model


@pytest.fixture(scope="module")
def trained(x):
    model = build(MDRConstraint(3.0))
    model.fit(x, x, epochs=2, batch_size=32, verbose=0)
    return model


def test_nothing_of_the_model_changes(trained, x):
    before = [v.numpy() for v in reachable_variables(trained)]
    explanation = explain(trained, x)
    after = [v.numpy() for v in reachable_variables(trained)]
    assert len(before) > 30  # weights, moments, seeds, multiplier, metrics
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    for layer in trained._flatten_layers():
        assert "call" not in vars(layer)
    assert json.loads(explanation.to_json())["causes"] == [
        {**vars(cause), "settings": list(cause.settings)} for cause in explanation.causes
    ]


def test_nothing_changes_where_it_fails_midway(trained, x, monkeypatch):
    before = [v.numpy() for v in reachable_variables(trained)]

    def fail(*args):
        raise RuntimeError("midway")

    monkeypatch.setattr("keras_vae_collapse.diagnostics.examination.measuring.explainable", fail)
    with pytest.raises(RuntimeError, match="midway"):
        explain(trained, x)
    for one, variable in zip(before, reachable_variables(trained), strict=True):
        np.testing.assert_array_equal(one, variable.numpy())
    assert not any("call" in vars(layer) for layer in trained._flatten_layers())


def test_the_same_seed_says_the_same(trained, x):
    one, other = explain(trained, x, seed=3), explain(trained, x, seed=3)
    assert one.to_text() == other.to_text()
    assert one.figures["rate_nats"] == other.figures["rate_nats"]


def test_a_weight_is_read_off_the_gradient(x):
    model = build(KLDivergence(0.5))
    model.fit(x, x, epochs=1, batch_size=32, verbose=0)
    figures = explain(model, x).figures
    assert figures["rate_weight"] == pytest.approx(0.5, rel=1e-3)
    assert figures["relative_weight"] == pytest.approx(0.5, rel=1e-3)


def test_the_singular_values_are_those_of_a_linear_decoder_in_units_of_its_noise(x):
    keras.utils.set_random_seed(0)
    decoder = keras.layers.Dense(SIZE)
    latent = GaussianLatent(3, rate_term=KLDivergence())
    model = keras.Sequential([keras.Input((SIZE,)), latent, decoder])
    model.compile("adam", GaussianNLL(scale=0.5))
    figures = explain(model, x).figures
    expected = np.linalg.svd(decoder.kernel.numpy() / 0.5, compute_uv=False)
    np.testing.assert_allclose(figures["singular_values"], expected, rtol=1e-3)
    residual = (x - x.mean(axis=0)) / 0.5
    eigenvalues = np.linalg.eigvalsh(residual.T @ residual / len(x))[::-1]
    np.testing.assert_allclose(figures["eigenvalues"][:3], eigenvalues[:3], rtol=1e-3)


def test_an_untrained_model_was_trained_too_short(x):
    causes = explain(build(KLDivergence()), x).causes
    assert causes[0].name == "too_short" and "0 steps" in causes[0].evidence


def test_what_cannot_be_explained_is_refused(trained, x):
    plain = keras.Sequential([keras.Input((SIZE,)), keras.layers.Dense(SIZE)])
    with pytest.raises(ValueError, match="must be a compiled Keras model"):
        explain(plain, x)
    plain.compile("adam", "mse")
    with pytest.raises(ValueError, match="must have a latent layer"):
        explain(plain, x)
    with pytest.raises(ValueError, match="at least two examples"):
        explain(trained, x[:0])
    with pytest.raises(ValueError, match="must be a LatentModel"):
        explain(None, x)


def test_callables_alone_are_explained_as_far_as_they_go():
    ignored = failing_models.make("latent_ignored")
    explanation = explain(None, ignored.inputs, latent=ignored)
    assert explanation.causes[0].name == "z_disconnected"
    assert explanation.notes
    constant = failing_models.make("input_independent")
    names = [cause.name for cause in explain(None, constant.inputs, latent=constant).causes]
    assert "posterior_ignores_input" in names
    g = failing_models.Generator([2.0, 2.0, 1.5, 1.5])
    healthy = LatentModel(g.posterior, g.reads_z, g.x)
    assert explain(None, g.x, latent=healthy).causes == []


def test_every_name_is_known():
    assert len(set(CAUSES)) == len(CAUSES) == 11


def test_the_example_of_the_documentation_runs():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "why.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    scope = {}
    exec(compile(code, "docs/why.md", "exec"), scope)
    assert scope["explain"](scope["model"], scope["x"]).causes[0].name == "distortion_averaged"
