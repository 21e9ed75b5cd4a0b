"""Distributions with half precision parameters, rebuilt in float32."""

import tensorflow as tf
import tensorflow_probability as tfp

_WITH_PARAMETERS = (
    tfp.distributions.Distribution,
    tfp.bijectors.Bijector,
    tf.linalg.LinearOperator,
)


@tf.custom_gradient
def _cast_tensor(tensor):
    # d log(sigma) / d sigma is 1e6 at sigma = 1e-6, which is infinite in float16. So the gradient
    # into a half precision tensor saturates at its largest finite number.
    def gradient(upstream):
        return tf.saturate_cast(upstream, tensor.dtype)

    return tf.cast(tensor, tf.float32), gradient


def to_float32(value):
    """The same distribution with float32 parameters.

    Parameters may be tensors, nested distributions, bijectors, linear operators, and lists of
    these. Gradients flow back through the cast. If every parameter is float32 already, `value`
    itself is returned.

    Args:
        value: a TFP distribution, or one of its parameters.
    """

    def cast(value):
        if value.dtype == tf.float32:
            return value
        return _cast_tensor(tf.convert_to_tensor(value))

    return with_parameters(value, cast, tf.float32)


def with_parameters(value, change, dtype=None):
    """The same distribution with each of its floating-point tensors changed.

    Args:
        value: a TFP distribution, or one of its parameters.
        change: function of a tensor; where it returns each as it is, so is `value`.
        dtype: of the new tensors, `None` for the old one.
    """
    if isinstance(value, _WITH_PARAMETERS):
        parameters = dict(value.parameters)
        new = {key: with_parameters(entry, change, dtype) for key, entry in parameters.items()}
        if all(new[key] is parameters[key] for key in new):
            return value
        return type(value)(**new)
    if isinstance(value, tf.DType):
        return dtype if dtype is not None and value.is_floating else value
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        new = [with_parameters(entry, change, dtype) for entry in value]
        same = all(one is old for one, old in zip(new, value, strict=True))
        return value if same else type(value)(new)
    own = getattr(value, "dtype", None)
    if own is None or callable(value) or isinstance(value, type):
        return value
    return change(value) if tf.as_dtype(own).is_floating else value
