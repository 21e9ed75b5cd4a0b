import numpy as np
import pytest

from keras_vae_collapse.tasks.reinflection import Example, Vocabulary, encode_examples


def test_arrays_hold_the_ids_of_every_word():
    examples = [Example("ab", "n=1,m=1", "b"), Example("", "k=9", "bbb")]
    encoded = encode_examples(examples, Vocabulary.from_examples(examples[:1]))
    assert encoded["source"].tolist() == [[4, 5, 3], [3, 0, 0]]
    assert encoded["target"].tolist() == [[5, 3, 0, 0], [5, 5, 5, 3]]
    assert encoded["condition"].tolist() == [[0, 1, 1], [1, 0, 0]]
    types = {"source": np.int32, "condition": np.float32, "target": np.int32}
    assert {name: array.dtype for name, array in encoded.items()} == types


def test_covered_examples_give_no_target_and_mixed_ones_an_error():
    examples = [Example("ab", "n=1", None), Example("a", "n=1", None)]
    vocabulary = Vocabulary.from_examples(examples)
    assert encode_examples(examples, vocabulary).keys() == {"source", "condition"}
    with pytest.raises(ValueError, match="2 of 3 examples have no target, the first: example 'ab'"):
        encode_examples([Example("a", "n=1", "b"), *examples], vocabulary)
    with pytest.raises(ValueError, match="at least one example"):
        encode_examples([], vocabulary)
