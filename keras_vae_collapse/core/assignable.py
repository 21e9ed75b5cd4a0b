"""Options of a layer that can be assigned at any time."""

import tensorflow as tf

from keras_vae_collapse.core.option import Option


class Assignable(Option):
    """A number of a layer that a training step reads when it runs, not when it is traced.

    A number that a traced step has seen is a constant of its graph: assigning to the attribute
    later would change nothing, in silence. So the number stands in a variable as well, which the
    step reads. The variable is no weight of the layer: it is an option, written by `get_config`,
    and neither a file of weights nor a checkpoint brings it back.

    The variable has float64, as a Python number has: what is computed from `tensor(layer,
    tf.float64)` and then rounded is what Python would compute, to the last bit.

    Args:
        check: function `(name, value)` that returns the checked value or raises `ValueError`.
        derive: function of the value that returns the array which the step reads, of one shape
            for all values; by default the value itself.

    Example:

    ```python
    import keras
    from keras_vae_collapse.core.assignable import Assignable
    from keras_vae_collapse.core.checks import check_number

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

    def __set__(self, layer, value):
        value = self._check(self._name, value)
        read = self._derive(value)
        variables = unsaved_variables(layer)
        if hasattr(variables, self._name):
            getattr(variables, self._name).assign(read)
        else:
            variables.add(self._name, read, tf.float64)
        vars(layer)[self._name] = value

    def tensor(self, layer, dtype=tf.float32):
        """The number (or what is derived of it) as the running step reads it."""
        return tf.cast(getattr(unsaved_variables(layer), self._name), dtype)


class _UnsavedVariables(tf.Module):
    """Variables that a SavedModel holds, since its graphs may read them, and a checkpoint not."""

    def add(self, name, initial, dtype):
        with tf.init_scope():
            variable = tf.Variable(initial, trainable=False, dtype=dtype, name=name)
        setattr(self, name, variable)
        return variable

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        if save_type == "checkpoint":
            return {}
        return super()._trackable_children(save_type, **kwargs)


def unsaved_variables(layer):
    """The variables of a layer that are no weights, by name; `add` makes one."""
    if not hasattr(layer, "_unsaved_variables"):
        # Not a list or dictionary: Keras would save the weights of layers from within.
        layer._unsaved_variables = _UnsavedVariables()
    return layer._unsaved_variables
