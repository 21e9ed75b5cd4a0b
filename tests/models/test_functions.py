import numpy as np
import pytest
import tensorflow as tf
from training_runs import tiny

from keras_vae_collapse.models import chunks
from keras_vae_collapse.models.functions import ModelFunctions, trim
from keras_vae_collapse.tasks import Task


class Short(Task):
    """Sequences of two symbols."""

    vocabulary_size, max_length = 9, 3
    train_examples = dev_examples = []

    def encode(self, examples):
        raise NotImplementedError


def test_columns_of_padding_are_cut_and_one_column_stays():
    ids = np.array([[4, 5, 3, 0], [6, 3, 0, 0]])
    np.testing.assert_array_equal(trim(ids), ids[:, :3])
    assert trim(np.zeros((2, 4), int)).shape == (2, 1)


@pytest.mark.slow
def test_chunks_do_not_change_what_is_reconstructed(monkeypatch):
    rows = 7  # two chunks of three and one row
    model = Short().model(tiny("base"))
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    source = np.pad(rng.integers(4, 9, (rows, 2)), [[0, 0], [0, 1]], constant_values=3)
    inputs = {"source": source.astype("int32")}
    whole = ModelFunctions(model).reconstruct(inputs, beam_width=2)
    loc, _ = model.encode_ids(source)
    np.testing.assert_array_equal(whole, model.decode(loc, beam_width=2)[0])
    monkeypatch.setattr(chunks, "BLOCK", 3)
    np.testing.assert_array_equal(ModelFunctions(model).reconstruct(inputs, beam_width=2), whole)


class Model:
    """The first id of a source tells what is decoded of it; the condition is added."""

    max_length = 2

    def __init__(self):
        self.widths = []

    def encode_ids(self, source):
        self.widths.append(source.shape[1])
        first = tf.cast(source[:, :1], tf.float32)
        return first, 0 * first + 1

    def log_prob(self, z, condition, target):
        total = tf.cast(tf.reduce_sum(target, axis=-1), tf.float32)
        return total + z[:, 0] + (0.0 if condition is None else condition[:, 0])

    def decode(self, z, condition, beam_width):
        symbol = z[:, 0] + (0.0 if condition is None else condition[:, 0])
        ids = tf.cast(symbol, tf.int32)[:, None, None]
        return tf.tile(ids, [1, beam_width, 3]) + tf.range(beam_width)[None, :, None], symbol


SOURCE = np.array([[4, 5, 6, 3, 0], [7, 3, 0, 0, 0], [5, 4, 3, 0, 0], [8, 3, 0, 0, 0]])


@pytest.mark.parametrize("condition", [None, np.array([[10.0], [20.0], [30.0], [40.0]], "float32")])
def test_each_example_has_what_is_decoded_of_it_whatever_its_length(condition, monkeypatch):
    inputs = {"source": SOURCE.astype("int32"), "target": SOURCE.astype("int32")}
    added = np.zeros(4)
    if condition is not None:
        inputs["condition"], added = condition, condition[:, 0]
    expected = SOURCE[:, 0] + added
    functions, z = ModelFunctions(Model()), SOURCE[:, :1].astype("float32")
    np.testing.assert_array_equal(functions.encode(inputs)[0], z)
    np.testing.assert_array_equal(functions.log_prob(z, inputs), SOURCE.sum(axis=1) + expected)
    ids = functions.decode(z, inputs, beam_width=2)
    assert ids.shape == (4, 2, 3)
    np.testing.assert_array_equal(ids[:, 0, 0], expected)
    assert functions.decode(z, inputs).shape == (4, 1, 3)
    for block in (2048, 3, 1):
        monkeypatch.setattr(chunks, "BLOCK", block)
        found = ModelFunctions(Model()).reconstruct(inputs, beam_width=2)
        assert found.shape == (4, 2, 3)
        np.testing.assert_array_equal(found[:, :, 2], np.stack([expected, expected + 1], axis=1))
    assert ModelFunctions(Model()).reconstruct(inputs).shape == (4, 1, 3)


def test_the_model_sees_no_column_that_is_padding_in_every_row():
    model = Model()
    functions = ModelFunctions(model)
    functions.encode({"source": SOURCE[1:2].astype("int32")})
    assert model.widths == [2]
    target = np.pad(SOURCE, [[0, 0], [0, 4]]).astype("int32")
    assert functions.log_prob(np.zeros((4, 1), "float32"), {"target": target}).shape == (4,)
