"""What Ctrl-C does while a command is imported."""

import signal

import pytest

from keras_vae_collapse.commands.first_moment import OneLine


@pytest.fixture
def handler():
    """Sets a handler of Ctrl-C; the one before comes back."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda new: signal.signal(signal.SIGINT, new)
    signal.signal(signal.SIGINT, before)


def test_the_handler_of_python_is_replaced_and_comes_back(handler):
    handler(signal.default_int_handler)
    with OneLine("kvc-train"):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("other", [signal.SIG_IGN, lambda number, frame: None])
def test_a_signal_that_is_ignored_or_handled_stays_so(handler, other):
    handler(other)
    with OneLine("kvc-train"):
        assert signal.getsignal(signal.SIGINT) is other
        own = signal.signal(signal.SIGINT, signal.default_int_handler)
        assert own is other
    # What the block has set itself is not taken back.
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_line_names_the_command_and_the_status_the_signal(handler, monkeypatch):
    written = []

    class Ended(BaseException):
        pass

    def leave(status):
        written.append(status)
        raise Ended

    handler(signal.default_int_handler)
    monkeypatch.setattr("os.write", lambda *given: written.append(given))
    monkeypatch.setattr("os._exit", leave)
    with pytest.raises(Ended), OneLine("kvc-train"):
        signal.raise_signal(signal.SIGINT)
    assert written == [(2, b"kvc-train: interrupted\n"), 130]
