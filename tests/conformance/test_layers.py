import inspect

import numpy as np
import pytest
from cases import LAYERS, layer_model

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
