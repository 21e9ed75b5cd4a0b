"""Options that are a number or a schedule over steps."""

import functools
import math

import keras
import tensorflow as tf

from keras_vae_collapse.core.assignable import Assignable

_Schedule = keras.optimizers.schedules.LearningRateSchedule


class NumberOrSchedule(Assignable):
    """An option of a layer: a number, which can be assigned at any time, or a schedule.

    A schedule is part of a traced step. A number can take its place later, not the other way
    round.

    Args:
        check: of the number, a function `(name, value)`.

    Raises:
        ValueError: the value is neither a number that passes the check nor a schedule.
        AttributeError: a schedule is assigned after a step was traced.
    """

    def __init__(self, check):
        super().__init__(
            functools.partial(_check_number_or_schedule, check),
            # NaN stands for the schedule.
            derive=lambda value: math.nan if isinstance(value, _Schedule) else value,
        )

    def __set__(self, layer, value):
        if isinstance(value, _Schedule) and getattr(layer, self._traced, False):
            raise AttributeError(
                f"`{self._name}` of {type(layer).__name__} takes another schedule only before "
                "training: a traced step would not see it. Assign numbers, or make a new layer "
                f"with the schedule. Received: {self._name}={value!r}"
            )
        super().__set__(layer, value)

    @property
    def _traced(self):
        return f"_{self._name}_traced"

    def tensor_at(self, layer, step):
        """The value at a step, as a float32 scalar that the running step reads."""
        if not tf.executing_eagerly():
            object.__setattr__(layer, self._traced, True)
        number = self.tensor(layer)
        schedule = getattr(layer, self._name)
        if not isinstance(schedule, _Schedule):
            return number
        scheduled = tf.cast(schedule(tf.convert_to_tensor(step)), tf.float32)
        return tf.where(tf.math.is_nan(number), scheduled, number)


def _check_number_or_schedule(check, name, value):
    if isinstance(value, dict):
        value = keras.saving.deserialize_keras_object(value)
    if isinstance(value, _Schedule):
        return value
    try:
        return check(name, value)
    except ValueError as error:
        raise ValueError(
            str(error).replace("be a finite number", "be a LearningRateSchedule or a finite number")
        ) from error


def serialize(number_or_schedule):
    """The form in which `get_config` holds a number or a schedule."""
    if isinstance(number_or_schedule, _Schedule):
        return keras.saving.serialize_keras_object(number_or_schedule)
    return number_or_schedule
