"""The limits of a diagnosis."""

import dataclasses

import pytest

from keras_vae_collapse.diagnostics import Thresholds

NAMES = [field.name for field in dataclasses.fields(Thresholds)]
FRACTIONS = [name for name in NAMES if name.endswith("fraction")]


@pytest.mark.parametrize("name", NAMES)
def test_a_threshold_is_0_at_least_and_named_where_it_is_less(name):
    assert getattr(Thresholds(**{name: 0.0}), name) == 0.0
    with pytest.raises(ValueError, match=f"{name}.*-0.1"):
        Thresholds(**{name: -0.1})


@pytest.mark.parametrize("name", FRACTIONS)
def test_a_fraction_is_1_at_most(name):
    assert getattr(Thresholds(**{name: 1.0}), name) == 1.0
    with pytest.raises(ValueError, match=f"{name}.*1.1"):
        Thresholds(**{name: 1.1})


def test_the_limits_in_nats_and_steps_may_be_above_1():
    large = dict.fromkeys(set(NAMES) - set(FRACTIONS), 7.0)
    assert dataclasses.asdict(Thresholds(**large)).items() >= large.items()
