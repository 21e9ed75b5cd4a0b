"""Argument checks: each says what is allowed and what was received."""

import math
import numbers

import numpy as np


def _fail(name, allowed, value):
    raise ValueError(f"`{name}` must {allowed}. Received: {name}={value!r}")


def check_number(name, value, low=None, high=None, open_low=False, open_high=False):
    """Returns `value` as a float, or raises `ValueError` naming the allowed interval.

    Args:
        name: the argument's name, for the message.
        value: a real, finite number (booleans are refused).
        low, high: bounds, `None` for none.
        open_low, open_high: whether the bound itself is excluded.
    """
    left = "-inf" if low is None else f"{low:g}"
    right = "inf" if high is None else f"{high:g}"
    interval = (
        ("(" if open_low or low is None else "[")
        + f"{left}, {right}"
        + (")" if open_high or high is None else "]")
    )
    allowed = f"be a finite number in {interval}"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        _fail(name, allowed, value)
    number = float(value)
    if not math.isfinite(number):
        _fail(name, allowed, value)
    if low is not None and (number < low or (open_low and number == low)):
        _fail(name, allowed, value)
    if high is not None and (number > high or (open_high and number == high)):
        _fail(name, allowed, value)
    return number


def check_rate(name, value):
    """Returns a probability in [0, 1] as a float."""
    return check_number(name, value, 0.0, 1.0)


def check_weight(name, value):
    """Returns the weight of a loss, in [0, inf), as a float."""
    return check_number(name, value, low=0.0)


def check_positive(name, value):
    """Returns a number in (0, inf) as a float."""
    return check_number(name, value, low=0.0, open_low=True)


def check_integer(name, value, low=None):
    """Returns `value` as an int of at least `low`, or raises `ValueError`."""
    allowed = "be an integer" + ("" if low is None else f" of at least {low}")
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        _fail(name, allowed, value)
    if low is not None and value < low:
        _fail(name, allowed, value)
    return int(value)


def check_choice(name, value, choices):
    """Returns `value` if it is one of `choices`, or raises `ValueError` listing them."""
    if value not in choices:
        _fail(name, "be one of " + ", ".join(repr(choice) for choice in choices), value)
    return value


def check_choice_or_count(name, value, choices):
    """Returns `value` if it is one of `choices` or a positive integer, or raises `ValueError`."""
    if not isinstance(value, bool):
        if isinstance(value, numbers.Integral) and value > 0:
            return int(value)
        if isinstance(value, str) and value in choices:
            return value
    _fail(name, f"be one of {', '.join(map(repr, choices))}, or a positive integer", value)


def check_flag(name, value):
    """Returns `value` if it is a boolean, or raises `ValueError`."""
    if not isinstance(value, (bool, np.bool_)):
        _fail(name, "be True or False", value)
    return bool(value)
