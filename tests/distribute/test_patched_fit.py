"""What a model has within `patched_fit`, without other processes."""

import numpy as np
import pytest
import tensorflow as tf
from small_model import make_model

from keras_vae_collapse.distribute import multiworker


@pytest.fixture
def model(monkeypatch):
    """A model of two replicas whose step logs what it was given."""
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        model = make_model()
    monkeypatch.setattr(
        type(model), "train_step", lambda self, data: {"loss": data, "of": [2.0 * data]}
    )
    return model


def test_of_several_processes_the_logs_of_a_step_have_an_axis_to_be_averaged(model, monkeypatch):
    monkeypatch.setattr(multiworker, "is_multiworker", lambda strategy: True)
    before = model.train_step
    with multiworker.patched_fit(model):
        logs = model.train_step(tf.constant(3.0))
        np.testing.assert_array_equal(logs["loss"], [3.0])
        np.testing.assert_array_equal(logs["of"][0], [6.0])
        assert model.test_step.__name__ == "<lambda>" and model.train_function is None
    assert model.train_step == before and model.train_step(3.0)["loss"] == 3.0


def test_of_one_process_a_step_stays_as_it_is(model):
    with multiworker.patched_fit(model):
        assert model.train_step(3.0)["loss"] == 3.0
        assert "_maybe_symbolic_build" in vars(model)
    assert "_maybe_symbolic_build" not in vars(model)
