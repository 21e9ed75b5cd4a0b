"""A layer that breaks one fact is refused with the sentence of that fact."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_vae_collapse.testing import check_layer

X = np.random.default_rng(0).normal(size=(4, 6, 3)).astype("float32")


class Scale(keras.layers.Layer):
    """Right in all things; each class below breaks one."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.supports_masking = True

    def build(self, input_shape):
        self.calls = self.add_weight(name="calls", initializer="zeros", trainable=False)

    def call(self, x, training=None):
        return self.factor * x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class ForgetsItsFactor(Scale):
    def get_config(self):
        return {**super().get_config(), "factor": 2.0 + self.factor}


class Noisy(Scale):
    def call(self, x, training=None):
        return x + tf.random.normal(tf.shape(x))


class Counts(Scale):
    def call(self, x, training=None):
        self.calls.assign(self.calls + 1.0)
        return x


class AnotherInGraphs(Scale):
    def call(self, x, training=None):
        return x if tf.executing_eagerly() else 2.0 * x


class AnotherShape(Scale):
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 7)


class NotSaved(Scale):
    def build(self, input_shape):
        super().build(input_shape)
        self.bias = tf.Variable(np.random.default_rng().normal())

    def call(self, x, training=None):
        return x + self.bias


class Overflows(Scale):
    def call(self, x, training=None):
        return x * ops.exp(ops.cast(20.0, x.dtype))


class SeesWhatIsHidden(Scale):
    def call(self, x, training=None):
        return x + ops.mean(x, axis=1, keepdims=True)


class DropsItsMask(Scale):
    def call(self, x, training=None):
        y = self.factor * x
        y._keras_mask = tf.zeros(tf.shape(x)[:2], tf.bool)
        return y


@pytest.mark.parametrize(
    ("cls", "sentence"),
    [
        (ForgetsItsFactor, "`get_config` and `from_config` give back an equal object"),
        (Noisy, "With `training=False`.*The second call: expected"),
        (Counts, "With `training=False`.*'[^']*calls' after two calls"),
        (AnotherInGraphs, "Compiled into a graph it gives"),
        (AnotherShape, r"A symbolic call has the shape.*\(None, 6, 7\)"),
        (NotSaved, "A `.keras` file of a functional model gives back the outputs"),
        (Overflows, "Under mixed precision outputs are finite.*mixed_float16"),
        (SeesWhatIsHidden, "does not see what a mask hides.*hidden position"),
        (DropsItsMask, "hands on its mask.*Expected the mask that `compute_mask` returns"),
    ],
)
def test_a_broken_layer_is_refused_by_the_fact_it_breaks(cls, sentence):
    registered = keras.saving.register_keras_serializable(package="broken")(cls)
    with pytest.raises(AssertionError, match=f"(?s)^{cls.__name__}: .*{sentence}"):
        check_layer(registered, X)


def test_a_layer_that_keeps_all_facts_passes():
    check_layer(keras.saving.register_keras_serializable(package="broken")(Scale), X)


def test_options_reach_the_call():
    with pytest.raises(AssertionError, match="unexpected keyword argument|length"):
        check_layer(Scale, X, length=3)
