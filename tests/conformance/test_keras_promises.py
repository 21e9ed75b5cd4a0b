"""What Keras promises of any layer: however `fit` runs, training is the same.

One model holds every public layer and a rate term of each class.
"""

import contextlib

import keras
import numpy as np
import pytest
from cases import BATCH, LAYERS, VOCABULARY, latent_model, layer_model
from rate_term_cases import TERMS

from keras_vae_collapse.testing.facts import dtype_policy

# TensorFlow Probability draws by the generator of the device; that of XLA is another one.
DRAWN_BY_TFP = ("VonMisesFisherLatent",)
# One rate term of each class.
CLASSES = {type(make()): name for name, make in TERMS.items()}


def _column(y):
    """Any output of a layer as one float an example."""
    if y.dtype == "int32":
        y = keras.layers.Embedding(VOCABULARY, 2)(y)
    return keras.layers.Dense(1)(keras.layers.Flatten()(y) if len(y.shape) > 1 else y[:, None])


def everything(names=tuple(LAYERS)):
    keras.utils.set_random_seed(0)
    models = [layer_model(name) for name in names]
    models.append(latent_model(*(TERMS[name]() for name in CLASSES.values())))
    inputs = [symbol for model, _ in models for symbol in model.inputs]
    outputs = [_column(y) for model, _ in models for y in model.outputs]
    arrays = [array for _, arrays in models for array in arrays]
    return keras.Model(inputs, keras.layers.Concatenate()(outputs)), arrays


def losses(model, arrays, **options):
    model.compile(keras.optimizers.SGD(0.01), "mse", **options)
    targets = np.ones((BATCH, model.output.shape[-1]), "float32")
    fit = {"batch_size": BATCH // 2, "shuffle": False, "verbose": 0}
    return model.fit(arrays, targets, **fit).history["loss"]


@contextlib.contextmanager
def floatx(name):
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(name)
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_dtype_policy(before[1])


@pytest.fixture(scope="module")
def expected():
    return losses(*everything(), run_eagerly=True)


@pytest.mark.slow
def test_a_clone_trained_in_graphs_of_several_steps_is_the_same_as_eagerly(expected):
    model, arrays = everything()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_allclose(losses(clone, arrays, steps_per_execution=2), expected, rtol=1e-5)


@pytest.mark.slow
def test_a_training_compiled_by_xla_is_the_same_as_eagerly():
    names = [name for name in LAYERS if name not in DRAWN_BY_TFP]
    expected = losses(*everything(names), run_eagerly=True)
    found = losses(*everything(names), jit_compile=True, steps_per_execution=2)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.slow
def test_what_tensorflow_probability_draws_trains_compiled_by_xla():
    assert np.isfinite(losses(*everything(DRAWN_BY_TFP), jit_compile=True)).all()


def test_they_train_in_float64():
    with floatx("float64"):
        assert np.isfinite(losses(*everything(), run_eagerly=True)).all()


def _symbols(arrays, sizes):
    """Inputs of the layer whose sizes are those of the arrays, or what `sizes` makes of them."""
    return [keras.Input(sizes(array), dtype=array.dtype.name) for array in arrays]


def _any_length(array):
    ids_or_vectors = array.dtype.kind == "i" or array.ndim == 3
    return (None, *array.shape[2:]) if ids_or_vectors else array.shape[1:]


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_of_any_length_gives_what_one_of_a_known_length_gives(name):
    model, arrays = layer_model(name)
    make, _, *options = LAYERS[name]
    inputs = _symbols(arrays, _any_length)
    flexible = keras.Model(inputs, make()(*inputs, **dict(*options)))
    flexible.set_weights(model.get_weights())
    inputs = arrays if len(arrays) > 1 else arrays[0]
    np.testing.assert_allclose(flexible(list(arrays)), model(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_needs_a_size_says_so(name):
    make, arrays, *options = LAYERS[name]
    try:
        make()(*_symbols(arrays, lambda array: [None] * (array.ndim - 1)), **dict(*options))
    except ValueError as error:
        assert "known" in str(error) or "fully-defined" in str(error)


@pytest.mark.parametrize("policy", ["float16", "float64", "mixed_bfloat16"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_hands_its_precision_to_its_parts(name, policy):
    make, arrays, *options = LAYERS[name]
    layer = make()
    config = {**layer.get_config(), "dtype": policy}
    with dtype_policy("mixed_float16"):  # of a part that asks nobody
        layer = type(layer).from_config(config)
    output = layer(*arrays, **dict(*options))
    # What must be exact has a type of its own, whatever the policy.
    exact = {"float32", "float64", "int32"}
    assert {part.dtype_policy.name for part in layer._flatten_layers()} <= {policy, *exact}
    assert output.dtype.name in {layer.compute_dtype, *exact}
    assert np.isfinite(keras.ops.cast(output, "float32")).all()
