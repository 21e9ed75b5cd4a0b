"""Arguments that are a number or a schedule over steps."""

import keras
import tensorflow as tf

from keras_vae_collapse.core.checks import check_number

_Schedule = keras.optimizers.schedules.LearningRateSchedule


def check_number_or_schedule(name, value, **bounds):
    """Returns the number as a checked float, or the schedule as it is.

    Args:
        name: the argument's name, for the message.
        value: a number within `bounds`, a `LearningRateSchedule`, or the serialised form of one.
        **bounds: as for `check_number`.
    """
    if isinstance(value, dict):
        value = keras.saving.deserialize_keras_object(value)
    if isinstance(value, _Schedule):
        return value
    try:
        return check_number(name, value, **bounds)
    except ValueError as error:
        raise ValueError(
            str(error).replace("be a finite number", "be a LearningRateSchedule or a finite number")
        ) from error


def value_at(number_or_schedule, step):
    """The number, or the schedule's value at a step, as a float32 scalar."""
    if isinstance(number_or_schedule, _Schedule):
        return tf.cast(number_or_schedule(tf.convert_to_tensor(step)), tf.float32)
    return tf.constant(number_or_schedule, tf.float32)


def serialize(number_or_schedule):
    """The form in which `get_config` holds a number or a schedule."""
    if isinstance(number_or_schedule, _Schedule):
        return keras.saving.serialize_keras_object(number_or_schedule)
    return number_or_schedule
