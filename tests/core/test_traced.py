import pytest
import tensorflow as tf

from keras_vae_collapse.core.traced import traced


def test_python_conditions_on_tensors_are_not_converted():
    @traced
    def sign(x):
        return 1 if x > 0 else -1

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        sign(tf.constant(2.0))


def test_lengths_share_a_graph():
    traces = []

    @traced
    def double(x):
        traces.append(x.shape)
        return 2 * x

    for length in range(1, 6):
        assert double(tf.ones(length)).shape == length
    assert len(traces) == 2
