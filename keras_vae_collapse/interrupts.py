"""Signals that end a training early but in order."""

import contextlib
import signal


@contextlib.contextmanager
def sigterm_interrupts():
    """Within the block SIGTERM raises `KeyboardInterrupt`, as Ctrl-C does.

    Outside the main thread, where signals cannot be handled, the block changes nothing.
    """

    def interrupt(*_):
        raise KeyboardInterrupt

    try:
        old = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, old)
