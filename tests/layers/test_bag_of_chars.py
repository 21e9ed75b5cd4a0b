"""BagOfChars: presence and counts, ignored and foreign ids, masks, bad values."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.layers import BagOfChars

IDS = np.array([[2, 5, 4, 5, 3, 0], [1, 6, 6, 6, 3, 0]])


def test_counts_and_presence():
    np.testing.assert_array_equal(
        BagOfChars(7, mode="counts")(IDS), [[0, 0, 0, 0, 1, 2, 0], [0, 0, 0, 0, 0, 0, 3]]
    )
    np.testing.assert_array_equal(
        BagOfChars(7)(IDS), [[0, 0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 0, 1]]
    )


def test_ignored_ids_are_a_choice():
    np.testing.assert_array_equal(
        BagOfChars(7, mode="counts", ignore_ids=())(IDS),
        [[1, 0, 1, 1, 1, 2, 0], [1, 1, 0, 1, 0, 0, 3]],
    )


def test_masked_positions_and_foreign_ids_do_not_count():
    ids = np.array([[4, 4, 99, -1, 5]])
    mask = np.array([[True, False, True, True, True]])
    np.testing.assert_array_equal(
        BagOfChars(6, mode="counts")(ids, mask=mask), [[0, 0, 0, 0, 1, 1]]
    )


def test_output_has_the_compute_type_and_no_mask():
    layer = BagOfChars(7, dtype="mixed_float16")
    assert layer(IDS).dtype == "float16"
    symbolic = layer(keras.Input((None,), dtype="int32"))
    assert symbolic.shape == (None, 7) and symbolic.dtype == "float16"
    assert BagOfChars(20)(IDS).shape == (2, 20)  # the greatest ids need not occur


@pytest.mark.parametrize(
    "change, message",
    [
        ({"vocabulary_size": 0}, "`vocabulary_size` must be an integer of at least 1"),
        ({"mode": "tfidf"}, "`mode` must be one of 'presence', 'counts'"),
        ({"ignore_ids": 0}, "`ignore_ids` must be a sequence"),
        ({"ignore_ids": (-1,)}, "`ignore_ids` must be an integer of at least 0"),
        ({"vocabulary_size": 4}, "must leave an id below vocabulary_size=4"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        BagOfChars(**{"vocabulary_size": 7, **change})


@pytest.mark.parametrize(
    "ids", [np.ones((2, 3)), np.ones((2, 3, 1), int), np.ones(3, int), keras.Input((3,))]
)
def test_bad_inputs_are_named(ids):
    with pytest.raises(ValueError, match="`inputs` must (have shape|be of type int)"):
        BagOfChars(7)(ids)
