import pytest

from keras_vae_collapse.tasks.reinflection import DataError
from keras_vae_collapse.tasks.reinflection.labelled_part import labelled_part


def test_a_part_is_always_the_same_in_order_and_within_a_larger_one():
    small, large = (labelled_part(list(range(100)), count) for count in (10, 30))
    assert small == labelled_part(list(range(100)), 10) == sorted(small)
    assert set(small) < set(large) and len(large) == 30
    assert small != list(range(10))
    assert labelled_part([3, 1], 0) == [3, 1]


def test_more_than_there_are_is_an_error():
    with pytest.raises(DataError, match="labelled=3: there are 2 labelled examples"):
        labelled_part([1, 2], 3)
    with pytest.raises(ValueError, match="`labelled` must be"):
        labelled_part([1, 2], -1)
