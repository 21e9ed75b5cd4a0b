"""Options of a layer that can be assigned at any time."""

import tensorflow as tf


class Assignable:
    """A number of a layer that a training step reads when it runs, not when it is traced.

    A number that a traced step has seen is a constant of its graph: assigning to the attribute
    later would change nothing, in silence. So the number stands in a variable as well, which the
    step reads. The variable is no weight of the layer: it is an option, written by `get_config`,
    and a file of weights does not bring it back.

    Args:
        check: function `(name, value)` that returns the checked value or raises `ValueError`.
        derive: function of the value that returns the number which the step reads, computed in
            Python, for instance a probability from a length; by default the value itself.

    Example:

    ```python
    class Scale(keras.layers.Layer):
        factor = Assignable(check_number)

        def __init__(self, factor):
            super().__init__()
            self.factor = factor

        def call(self, inputs):
            return inputs * Scale.factor.tensor(self)
    ```
    """

    def __init__(self, check, derive=None):
        self._check = check
        self._derive = derive or (lambda value: value)

    def __set_name__(self, owner, name):
        self._name, self._value, self._variable = name, f"_{name}_value", f"_{name}_variable"

    def __get__(self, layer, owner=None):
        return self if layer is None else getattr(layer, self._value)

    def __set__(self, layer, value):
        value = self._check(self._name, value)
        setattr(layer, self._value, value)
        variable = getattr(layer, self._variable, None)
        if variable is not None:
            variable.assign(self._derive(value))
            return
        with tf.init_scope():
            # An attribute that TensorFlow tracks, so that a SavedModel can hold it.
            setattr(
                layer,
                self._variable,
                tf.Variable(
                    self._derive(value), trainable=False, dtype=tf.float32, name=self._name
                ),
            )

    def tensor(self, layer):
        """The number as a float32 scalar that the running step reads."""
        return tf.convert_to_tensor(getattr(layer, self._variable))
