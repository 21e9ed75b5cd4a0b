"""Functions that TensorFlow traces once and then runs as a graph."""

import tensorflow as tf


def traced(function):
    """A `tf.function` of `function`, for shapes that change from call to call.

    AutoGraph is off, as it is when Keras calls a layer in `fit` or in an export: loops and
    conditions on tensors are `tf.while_loop` and `tf.cond`. Converting the decoding of a model
    took 5 of the 7 seconds before its first answer.
    """
    return tf.function(function, reduce_retracing=True, autograph=False)
