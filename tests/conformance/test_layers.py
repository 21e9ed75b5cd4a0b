import pytest
from cases import LAYERS

from keras_vae_collapse.testing import check_layer


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_keeps_the_facts_of_a_layer(name):
    make, arrays, *options = LAYERS[name]
    check_layer(make, arrays, **dict(*options))
