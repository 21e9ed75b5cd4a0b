"""LearningRateDecay: its equation by steps and by time, resuming, what it leaves behind."""

import math

import keras
import numpy as np
import pytest

from keras_vae_collapse.callbacks import LearningRateDecay, TimeLimit

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


class Rates(keras.callbacks.Callback):
    """Remembers the learning rate of every batch."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


def make_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.3), "mse")
    return model


def fit(model, *hooks, epochs=1):
    rates = Rates()
    model.fit(X, Y, batch_size=2, epochs=epochs, verbose=0, callbacks=[*hooks, rates])
    return rates.seen


def cosine(progress):
    return 0.3 * (1 + math.cos(math.pi * progress)) / 2


def test_the_rate_follows_the_equation_over_the_steps():
    seen = fit(make_model(), LearningRateDecay(0.3, 8), epochs=2)
    assert seen == pytest.approx([cosine(t / 8) for t in range(8)])


def test_a_second_fit_goes_on_where_the_first_stopped():
    model, decay = make_model(), LearningRateDecay(0.3, 8)
    seen = fit(model, decay) + fit(model, decay)
    assert seen == pytest.approx([cosine(t / 8) for t in range(8)])


def test_steps_beyond_the_last_have_a_rate_of_zero_and_a_further_fit_says_so(caplog):
    model, decay = make_model(), LearningRateDecay(0.3, 2)
    assert fit(model, decay)[2:] == [0.0, 0.0] and not caplog.messages
    fit(model, decay)
    assert caplog.messages == ["all 2 steps of LearningRateDecay are done: the learning rate is 0"]


def test_a_time_limit_brings_the_rate_down_sooner():
    limit = TimeLimit(max_minutes=10)
    limit.resume(elapsed_seconds=6 * 60)
    seen = fit(make_model(), LearningRateDecay(0.3, 8, limit))
    assert seen == pytest.approx([cosine(0.6)] * 4, abs=0.01)
    limit.resume(elapsed_seconds=0.0)
    seen = fit(make_model(), LearningRateDecay(0.3, 8, limit))
    assert seen == pytest.approx([cosine(t / 8) for t in range(4)], abs=0.01)


def test_without_limit_time_does_not_count():
    seen = fit(make_model(), LearningRateDecay(0.3, 4, TimeLimit(None)))
    assert seen == pytest.approx([cosine(t / 4) for t in range(4)])


def test_the_optimizer_has_its_rate_back_in_the_end():
    model = make_model()
    fit(model, LearningRateDecay(0.3, 4))
    assert float(model.optimizer.learning_rate) == pytest.approx(0.3)


class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


def test_after_an_exception_a_further_fit_has_the_rate_of_before():
    model = make_model()
    for by_hand in (None, 0.05):
        with pytest.raises(KeyboardInterrupt):
            fit(model, LearningRateDecay(0.3, 8), Stop())
        assert float(model.optimizer.learning_rate) < 0.3
        if by_hand is not None:
            model.optimizer.learning_rate = by_hand
        assert fit(model) == pytest.approx([by_hand or 0.3] * 4)


def test_several_steps_an_execution_count_one_by_one():
    model = make_model()
    model.compile(keras.optimizers.Adam(0.3), "mse", steps_per_execution=2)
    seen = fit(model, LearningRateDecay(0.3, 8), epochs=2)
    assert seen == pytest.approx([cosine(t / 8) for t in range(0, 8, 2)])


def test_bad_values_say_what_is_allowed():
    with pytest.raises(ValueError, match="learning_rate"):
        LearningRateDecay(0.0, 4)
    with pytest.raises(ValueError, match="total_steps"):
        LearningRateDecay(0.3, 0)
