import numpy as np
import pytest
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
