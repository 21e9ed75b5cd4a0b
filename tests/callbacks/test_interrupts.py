import os
import signal
import threading

import keras
import numpy as np
import pytest

from keras_vae_collapse.callbacks import Interrupts


class Signals(keras.callbacks.Callback):
    """Sends this process signals while its first batch is computed; counts batches."""

    def __init__(self, *signals):
        super().__init__()
        self.signals = signals
        self.begun = self.after = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.begun += 1
        for number in self.signals:
            os.kill(os.getpid(), number)
        self.after += 1


def fit(*hooks):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, verbose=0, callbacks=[*hooks])


@pytest.fixture(autouse=True)
def default_handlers():
    """Those of a program in the foreground, whatever this process has."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_training_where_the_batch_ends(number):
    signals, interrupts = Signals(number), Interrupts()
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupts:
        fit(interrupts, signals)
    assert (signals.begun, signals.after) == (1, 1)
    assert interrupts.requested == number and not interrupts.repeated
    assert signal.getsignal(number) is before
    with interrupts:
        assert fit(interrupts).epoch == [0]


def test_what_ended_one_fit_does_not_end_the_next_in_the_same_block():
    interrupts = Interrupts()
    with interrupts:
        with pytest.raises(KeyboardInterrupt):
            fit(interrupts, Signals(signal.SIGINT))
        assert fit(interrupts).epoch == [0]


def test_a_second_signal_ends_it_at_once():
    signals, interrupts = Signals(signal.SIGINT, signal.SIGINT), Interrupts()
    with pytest.raises(KeyboardInterrupt), interrupts:
        fit(interrupts, signals)
    assert (signals.begun, signals.after) == (1, 0) and interrupts.repeated


def test_an_ignored_signal_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signals, interrupts = Signals(signal.SIGINT), Interrupts()
    with interrupts:
        fit(interrupts, signals)
    assert signals.after == 3
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_outside_the_main_thread_the_block_changes_nothing():
    before, found = signal.getsignal(signal.SIGINT), []

    def work():
        with Interrupts() as interrupts:
            found.append((interrupts.requested, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(None, before)]


def test_a_further_block_knows_nothing_of_what_ended_an_earlier_one():
    interrupts = Interrupts()
    with pytest.raises(KeyboardInterrupt), interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        interrupts.on_train_batch_begin(0)
    assert interrupts.requested is signal.SIGTERM
    with interrupts:
        assert interrupts.requested is None and not interrupts.repeated
        interrupts.on_train_batch_begin(0)
