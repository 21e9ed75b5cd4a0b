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
    if isinstance(value, _WITH_PARAMETERS):
        parameters = dict(value.parameters)
        cast = {key: to_float32(entry) for key, entry in parameters.items()}
        if all(cast[key] is parameters[key] for key in cast):
            return value
        return type(value)(**cast)
    if isinstance(value, tf.DType):
        return tf.float32 if value.is_floating else value
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        cast = [to_float32(entry) for entry in value]
        same = all(new is old for new, old in zip(cast, value, strict=True))
        return value if same else type(value)(cast)
    dtype = getattr(value, "dtype", None)
    if dtype is None or callable(value) or isinstance(value, type):
        return value
    dtype = tf.as_dtype(dtype)
    if not dtype.is_floating or dtype == tf.float32:
        return value
    return _cast_tensor(tf.convert_to_tensor(value))
