"""What layers that hide ids say of what they leave."""

import numpy as np
import pytest

from keras_vae_collapse.layers import CharDropout, ContiguousDropout

UNK = 1
IDS = np.array([[2, 7, 8, 3, 0]])


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (CharDropout(1.0, UNK), True),
        (CharDropout(0.99, UNK), False),
        (ContiguousDropout(1.0, 1000.0, UNK), True),
        (ContiguousDropout(0.99, 1000.0, UNK), False),
        (ContiguousDropout(1.0, 5.0, UNK), False),  # a run of 0 in e^-5 of the positions
    ],
)
def test_a_layer_knows_whether_it_hides_everything(layer, expected):
    assert layer.hides_all is expected
    # Outside training what is hidden always stays hidden, and nothing else.
    shown = [[1, 1, 1, 1, 0]] if expected else IDS
    np.testing.assert_array_equal(layer.hidden(IDS), shown)


def test_an_assigned_rate_is_known():
    layer = CharDropout(0.5, UNK)
    layer.rate = 1.0
    assert layer.hides_all


@pytest.mark.parametrize(
    ("keep_ids", "expected"), [((0,), False), ((0, 2, 3), False), ((0, 4), True)]
)
def test_padding_unknown_start_and_end_are_no_symbols(keep_ids, expected):
    assert CharDropout(0.5, UNK, keep_ids).keeps_symbols is expected
