import pytest
from cases import LAYERS

from keras_vae_collapse.testing import check_layer


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_keeps_the_facts_of_a_layer(name):
    check_layer(*LAYERS[name])
