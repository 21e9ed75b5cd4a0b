"""Options of a layer that a traced step reads when it runs, and options that are fixed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable, unsaved_variables
from keras_vae_collapse.core.checks import check_number
from keras_vae_collapse.core.fixed import Fixed


class Scale(keras.layers.Layer):
    factor = Assignable(check_number)
    powers = Assignable(check_number, derive=lambda value: [value, value**2])
    kind = Fixed()

    def call(self, inputs):
        return inputs * Scale.factor.tensor(self)


def scale(factor=0.1):
    layer = Scale()
    layer.factor = factor
    return layer


def test_a_traced_step_reads_what_is_assigned_later():
    layer = scale(2.0)
    step = tf.function(lambda x: layer(x))
    assert float(step(tf.constant(3.0))) == 6.0
    layer.factor = 5
    assert float(step(tf.constant(3.0))) == 15.0 and layer.factor == 5.0


def test_the_number_has_the_precision_of_python_or_what_is_asked_for():
    layer = scale(0.1)
    assert Scale.factor.tensor(layer, tf.float64).numpy() == 0.1
    found = Scale.factor.tensor(layer)
    assert found.dtype == tf.float32 and found.numpy() == np.float32(0.1)
    layer.powers = 3.0
    assert Scale.powers.tensor(layer).numpy().tolist() == [3.0, 9.0] and layer.powers == 3.0


def test_the_variable_is_no_weight_and_no_checkpoint_has_it(tmp_path):
    layer = scale(2.0)
    layer(tf.constant(1.0))
    assert layer.weights == [] and not unsaved_variables(layer).trainable_variables
    checkpoint = tf.train.Checkpoint(layer=layer)
    path = checkpoint.write(str(tmp_path / "checkpoint"))
    layer.factor = 7.0
    checkpoint.read(path)
    assert float(Scale.factor.tensor(layer)) == 7.0
    with tf.GradientTape() as tape:
        layer(tf.constant(1.0))
    assert not tape.watched_variables()


def test_what_is_refused_or_not_there_is_named():
    layer = Scale()
    with pytest.raises(AttributeError, match="Scale has no `factor` yet"):
        _ = layer.factor
    with pytest.raises(ValueError, match="`factor` must be a finite number.*Received: factor='x'"):
        layer.factor = "x"
    assert isinstance(Scale.factor, Assignable)


def test_a_fixed_option_is_set_once():
    layer = Scale()
    layer.kind = "a"
    with pytest.raises(AttributeError, match="`kind` of Scale is fixed .*Received: kind='b'"):
        layer.kind = "b"
    assert layer.kind == "a"
