"""What each check lets pass, as what, and what it says of the rest."""

import functools

import numpy as np
import pytest

from keras_vae_collapse.core import checks

NUMBER = checks.check_number
PASS = [
    (NUMBER, -7, -7.0),
    (NUMBER, np.float32(0.5), 0.5),
    (functools.partial(NUMBER, low=1.0, high=2.0), 1, 1.0),
    (functools.partial(NUMBER, low=1.0, high=2.0), 2, 2.0),
    (functools.partial(NUMBER, low=1.0, high=2.0, open_low=True, open_high=True), 1.5, 1.5),
    (checks.check_rate, 0, 0.0),
    (checks.check_rate, 1, 1.0),
    (checks.check_weight, 0, 0.0),
    (checks.check_weight, 1e9, 1e9),
    (checks.check_positive, 1e-9, 1e-9),
    (checks.check_integer, -3, -3),
    (functools.partial(checks.check_integer, low=2), np.int64(2), 2),
    (functools.partial(checks.check_choice, choices=("a", "b")), "b", "b"),
    (functools.partial(checks.check_choice_or_count, choices=("a", "b")), "a", "a"),
    (functools.partial(checks.check_choice_or_count, choices=("a", "b")), 1, 1),
    (checks.check_flag, np.True_, True),
    (checks.check_flag, False, False),
]
FAIL = [
    (NUMBER, float("nan"), "be a finite number in (-inf, inf)"),
    (NUMBER, float("inf"), "be a finite number in (-inf, inf)"),
    (NUMBER, True, "be a finite number in (-inf, inf)"),
    (NUMBER, "1", "be a finite number in (-inf, inf)"),
    (functools.partial(NUMBER, low=1.0), 0.99, "be a finite number in [1, inf)"),
    (functools.partial(NUMBER, high=2.0), 2.01, "be a finite number in (-inf, 2]"),
    (functools.partial(NUMBER, low=1.0, open_low=True), 1.0, "be a finite number in (1, inf)"),
    (functools.partial(NUMBER, high=2.0, open_high=True), 2.0, "be a finite number in (-inf, 2)"),
    (checks.check_rate, -0.01, "be a finite number in [0, 1]"),
    (checks.check_rate, 1.01, "be a finite number in [0, 1]"),
    (checks.check_weight, -0.01, "be a finite number in [0, inf)"),
    (checks.check_positive, 0, "be a finite number in (0, inf)"),
    (checks.check_integer, 1.0, "be an integer"),
    (checks.check_integer, True, "be an integer"),
    (functools.partial(checks.check_integer, low=2), 1, "be an integer of at least 2"),
    (functools.partial(checks.check_choice, choices=("a", "b")), "c", "be one of 'a', 'b'"),
    *(
        (
            functools.partial(checks.check_choice_or_count, choices=("a", "b")),
            value,
            "be one of 'a', 'b', or a positive integer",
        )
        for value in ("c", 0, True, 1.0)
    ),
    (checks.check_flag, 1, "be True or False"),
]


@pytest.mark.parametrize(("check", "value", "expected"), PASS)
def test_what_is_allowed_passes_as_a_plain_number(check, value, expected):
    found = check("x", value)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(("check", "value", "allowed"), FAIL)
def test_what_is_not_allowed_is_named_with_what_is(check, value, allowed):
    with pytest.raises(ValueError) as error:
        check("x", value)
    assert str(error.value) == f"`x` must {allowed}. Received: x={value!r}"
