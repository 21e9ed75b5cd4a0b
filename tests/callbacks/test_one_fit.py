"""What a callback changes for one `fit` is undone before the next, whatever ends it."""

import keras
import numpy as np
import pytest
from small_model import X, make_model

from keras_vae_collapse.callbacks.one_fit import (
    end_fit,
    train_function_of,
    undo_after_fit,
    wrap_train_function,
)


def wrapped_model():
    """A model as an interrupted `fit` leaves it, the function it had, and what was undone."""
    model, undone = make_model(), []
    model.make_train_function()
    function = model.train_function
    for name in ("first", "second"):
        undo_after_fit(model, lambda name=name: undone.append(name))
    wrap_train_function(model, lambda iterator: None, keras.callbacks.Callback())
    return model, function, undone


@pytest.mark.parametrize("end", [end_fit, lambda model: model.make_train_function()])
def test_all_is_undone_at_the_end_or_when_the_next_training_begins(end):
    model, function, undone = wrapped_model()
    assert model.train_function is not function and not undone
    for _ in range(2):
        end(model)
        assert model.train_function is function and undone == ["second", "first"]
    assert "make_train_function" not in vars(model)


def test_a_model_compiled_since_keeps_its_own_function():
    model, function, _ = wrapped_model()
    model.compile("sgd", "mse")
    model.train_on_batch(X, X[:, :1])
    assert model.train_function not in (None, function)


def test_an_undo_that_fails_is_not_repeated_and_the_others_wait():
    model, _, undone = wrapped_model()
    undo_after_fit(model, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        end_fit(model)
    model.make_train_function()
    assert undone == ["second", "first"]


class Failing(keras.Sequential):
    """Fails in the middle of its second step."""

    seen = 0

    def train_step(self, data):
        self.seen += 1
        if self.seen == 2:
            raise MemoryError(*(v.trainable for v in self.weights))
        return super().train_step(data)


def test_other_weights_are_fixed_while_a_step_is_traced_and_only_then():
    model = Failing([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    first, last = model.layers
    function = train_function_of(model, first.weights)
    before = model.get_weights()
    data = [(X, X[:, :1])]
    function(iter(data))
    moved = [(a != b).any() for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [True, True, False, False]
    with pytest.raises(MemoryError) as raised:
        function(iter(data))
    assert raised.value.args == (True, True, False, False)
    assert all(v.trainable for v in model.weights) and model.train_function is None
    last.trainable = False  # what its user has fixed stays so
    model.seen = -9
    train_function_of(model, first.weights)(iter(data))
    assert not any(v.trainable for v in last.weights)
    assert np.isfinite(model.predict(X, verbose=0)).all()
