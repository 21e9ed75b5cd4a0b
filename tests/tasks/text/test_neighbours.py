import numpy as np
import pytest

from keras_vae_collapse.tasks.text.neighbours import nearest_sentences

ANGLES = {"east": 0.0, "north": 90.0, "northeast": 40.0, "west": 180.0, "far east": 1.0}


class Compass:
    """Encodes each name as a vector in its direction, the longer the name the longer."""

    def encode(self, texts):
        angles = np.radians([ANGLES.get(text, np.nan) for text in texts])
        loc = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        loc = np.nan_to_num(loc) * np.array([len(text) for text in texts])[:, None]
        return loc, np.ones_like(loc)


def test_the_nearest_are_those_of_the_same_direction_however_long():
    found = nearest_sentences(Compass(), ["east", "north"], [*ANGLES, *ANGLES], count=2)
    assert [[text for text, _ in rows] for rows in found] == [
        ["far east", "northeast"],
        ["northeast", "far east"],
    ]
    assert found[0][1][1] == pytest.approx(np.cos(np.radians(40.0)))


def test_all_others_are_given_where_there_are_no_more():
    (rows,) = nearest_sentences(Compass(), ["east"], list(ANGLES), count=99)
    assert len(rows) == len(ANGLES) - 1 and rows[-1] == ("west", pytest.approx(-1.0))


def test_zeros_point_nowhere():
    ((row, *_),) = nearest_sentences(Compass(), ["nowhere"], ["east"])
    assert row == ("east", 0.0)


def test_many_queries_are_answered_in_their_order():
    queries = ["east", "north", "west"] * 200
    found = nearest_sentences(Compass(), queries, list(ANGLES), count=1)
    assert [rows[0][0] for rows in found[:3]] == ["far east", "northeast", "north"]
    assert found[:3] * 200 == found


def test_nobody_to_compare_with_and_no_neighbours_are_refused():
    with pytest.raises(ValueError, match="no other sentence to compare 'east' with"):
        nearest_sentences(Compass(), ["east"], ["east", "east"])
    with pytest.raises(ValueError, match="`count` must"):
        nearest_sentences(Compass(), ["east"], ["north"], count=0)


def test_ten_are_given_by_default_and_equals_in_their_order():
    places = [f"place {i}" for i in range(40)]  # of which the compass knows none
    (rows,) = nearest_sentences(Compass(), ["east"], places)
    assert rows == [(place, 0.0) for place in places[:10]]
