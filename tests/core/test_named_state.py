"""Weights of a layer that a file has by name, by position or not at all."""

import keras
import numpy as np
import pytest

from keras_vae_collapse.core.named_state import NamedState


class Counter(NamedState, keras.layers.Layer):
    """Two trainable weights, and a count of steps that is none."""

    def __init__(self, **kwargs):
        super().__init__(name="counter", **kwargs)
        self.a = self.add_weight(name="a", shape=(2,), initializer="zeros")
        self.b = self.add_weight(name="b", shape=(3,), initializer="zeros")
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.noise_step = self.add_weight(
            name="noise_step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )

    @property
    def values(self):
        own = (self.a, self.b, self.step, self.noise_step)
        return [keras.ops.convert_to_numpy(variable).tolist() for variable in own]


SAVED = {"a": np.array([1.0, 2.0]), "b": np.ones(3), "step": np.int64(5), "noise_step": np.int64(6)}
LOADED = [[1.0, 2.0], [1.0] * 3, 5, 6]


def loaded(**store):
    layer = Counter()
    layer.load_own_variables(store)
    return layer.values


def test_weights_come_back_by_name_in_any_order(caplog):
    layer, store = Counter(), {}
    layer.load_own_variables(SAVED)
    layer.save_own_variables(store)
    assert list(store) == ["a", "b", "step", "noise_step"]
    assert loaded(**dict(reversed(store.items())), other=np.ones(9)) == LOADED
    assert not caplog.messages


@pytest.mark.parametrize(
    ("missing", "other", "line"),
    [
        ({"b"}, {}, "its b but a, noise_step, step."),
        ({"a", "step"}, {"z": np.ones(1)}, "its a, step but b, noise_step, z."),
        ({"noise_step", "step"}, {}, "its step but a, b."),
        ({"b"}, {"b": np.ones(4)}, "its b but a, b, noise_step, step."),
        (set(SAVED), {}, "its a, b, step."),
    ],
)
def test_what_the_file_does_not_have_keeps_its_value_and_one_line_says_so(
    caplog, missing, other, line
):
    store = {name: value for name, value in SAVED.items() if name not in missing}
    expected = [
        zero if name in missing else value
        for name, value, zero in zip(SAVED, LOADED, ([0.0] * 2, [0.0] * 3, 0, 0), strict=True)
    ]
    assert loaded(**store, **other) == expected
    assert caplog.messages == [f"Counter 'counter' starts afresh: the file does not have {line}"]


def test_noise_that_starts_afresh_is_not_worth_a_line(caplog):
    store = {name: value for name, value in SAVED.items() if name != "noise_step"}
    assert loaded(**store) == [*LOADED[:3], 0] and not caplog.messages


def test_a_file_by_position_is_read_where_shapes_and_kinds_are_those_of_the_layer(caplog):
    by_position = dict(zip("0123", SAVED.values(), strict=True))
    assert loaded(**dict(reversed(by_position.items()))) == LOADED and not caplog.messages
    for other in ({"2": np.float32(5.0)}, {"0": np.ones(3)}, {"4": np.ones(1)}):
        assert loaded(**{**by_position, **other}) == [[0.0] * 2, [0.0] * 3, 0, 0]
    assert len(caplog.messages) == 3 and caplog.messages[0].endswith(
        "its a, b, step but 0, 1, 2, 3."
    )
