import inspect
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from cases import IDS, LAYERS, SEQUENCE, layer_model

from keras_vae_collapse.testing import check_layer


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_keeps_the_facts_of_a_layer(name):
    make, arrays, *options = LAYERS[name]
    check_layer(make, arrays, **dict(*options))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_is_built_has_all_its_weights(name):
    """As a file of weights needs them that is loaded before the first call."""
    make, arrays, *_ = LAYERS[name]
    built, (called, _) = make(), layer_model(name)
    called(list(arrays) if len(arrays) > 1 else arrays[0])
    shapes = [(None, *np.shape(array)[1:]) for array in arrays]
    built.build(*shapes[: len(inspect.signature(type(built).build).parameters) - 1])
    found, expected = ([(w.name, w.shape) for w in part.weights] for part in (built, called))
    assert found == expected


# What a user gives, or Keras makes, has a name of its own; two parts are called by what they give.
OTHERS = {"rate_term", "prior", "attributes", "cell"}
CALLED = {"output_layer": "parameters", "project": "project_query"}


def _parts(layer):
    """Sublayers and weights of a layer, and of those of its parts that are not public."""
    for attribute, value in vars(layer).items():
        if attribute in OTHERS or attribute.startswith("_"):
            continue
        several = (
            {f"block_{i}": block for i, block in enumerate(value, 1)}
            if (attribute == "blocks")
            else {CALLED.get(attribute, attribute): value}
        )
        for called, part in several.items():
            if isinstance(part, (keras.layers.Layer, keras.Variable)):
                yield called, part
            if type(part).__name__ in ("TransformerStack", "TransformerBlock"):
                yield from _parts(part)


@pytest.mark.parametrize("name", LAYERS)
def test_parts_and_weights_are_called_by_their_attributes_and_counts_are_not_trained(name):
    make, arrays, *options = LAYERS[name]
    layer = make()
    layer(*arrays, **dict(*options))
    for called, part in _parts(layer):
        assert part.name == called
    assert all(weight.dtype.startswith("float") for weight in layer.trainable_weights)


@pytest.mark.parametrize(
    "name",
    [
        "BagOfCharsHead",
        "BernoulliAttributes",
        "CategoricalAttributes",
        "DeltaGaussianLatent",
        "HardKumaraswamyAttributes",
        "MixturePrior",
        "PartialSupervision",
        "VampPrior",
    ],
)
def test_nats_are_those_of_the_inputs_as_they_are_under_mixed_precision(name):
    make, arrays, *_ = LAYERS[name]
    rng, found, weights = np.random.default_rng(0), [], None
    for policy in ("float32", "mixed_bfloat16"):
        layer = make()
        layer = type(layer).from_config({**layer.get_config(), "dtype": policy})
        layer(*arrays)
        weights = weights or [w + 0.5 * rng.normal(size=w.shape) for w in layer.get_weights()]
        layer.set_weights(weights)
        output = layer(*arrays)
        found.append(layer.losses or output)  # a prior has a density for its output
    assert found[1][0].dtype == "float32"
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


@pytest.mark.parametrize(
    "name",
    [
        "AttentionPooling",
        "BagOfChars",
        "CharDropout",
        "ContiguousDropout",
        "EmbeddingDropout",
        "GaussianLatent",
    ],
)
def test_keras_does_not_warn_that_a_mask_is_destroyed(name):
    make, arrays, *_ = LAYERS[name]
    first, *others = (SEQUENCE,) if name == "GaussianLatent" else arrays
    first = tf.constant(first)
    first._keras_mask = tf.constant(IDS != 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make()(first, *others)
